//! A condition as it was understood, and the columns that it may name.

use rust_decimal::Decimal;

use crate::document::{ColumnType, Count};

/// What is wrong with a condition, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError {
    /// In characters, from 1.
    pub column: usize,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare { column: Column, operator: Operator, value: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
}

impl Operator {
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "is distinct from",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Matches => "~",
        }
    }
}

/// A column that a condition may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub kind: ColumnType,
    pub count: Count,
    pub place: ColumnPlace,
}

/// How a column is reached in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ColumnPlace {
    /// An expression.
    Here(String),
    /// Any of the document's files.
    AnyFile,
    /// The page starts a record of the model that the value names.
    Model,
}

/// Checks that a value fits its column, so that the database has nothing to refuse.
pub(super) fn check_value(column: &Column, operator: Operator, value: &str) -> Result<(), String> {
    if value.contains('\0') {
        return Err("a value cannot hold a NUL".to_owned());
    }
    if operator == Operator::Matches && column.kind != ColumnType::Text {
        return Err(format!("`~` needs a text column, but `{}` is {}", column.name, column.kind));
    }
    if column.place == ColumnPlace::Model && operator != Operator::Equal {
        return Err("`model` can only be compared with `=`".to_owned());
    }
    let fits = match column.kind {
        ColumnType::Text => true,
        ColumnType::Integer | ColumnType::Decimal => value.parse::<Decimal>().is_ok(),
        ColumnType::Date => value.parse::<jiff::civil::Date>().is_ok(),
        ColumnType::Time => value.parse::<jiff::civil::Time>().is_ok(),
        ColumnType::Boolean => matches!(value, "true" | "false"),
    };
    if fits {
        Ok(())
    } else {
        Err(format!("`{value}` is no {} for `{}`", column.kind, column.name))
    }
}
