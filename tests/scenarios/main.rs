//! Scenarios: the worked examples and the life of a back office, through the command line.
