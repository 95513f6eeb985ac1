//! All integration tests in one binary: the program as its users run it, and the house rules.

mod tidy;
