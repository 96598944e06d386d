"""Files for other programs that run, front or watch a backend; a module for each program; pure."""
