"""What ``imtui doctor`` looks at: a module for each area, and what it finds."""
