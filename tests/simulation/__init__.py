"""Core, edges, links and store in virtual time: faults in any order, and what has to hold."""
