//! Parties of small letters, word by word.
