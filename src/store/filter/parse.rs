//! Reads a condition's text.

use super::condition::{Column, Condition, FilterError, Operator, check_value};

/// Deeper nesting is nobody's intent, and the parser calls itself once a level.
const DEEPEST: usize = 50;

/// Parses a whole text over the given columns.
pub(super) fn condition(text: &str, columns: &[Column]) -> Result<Condition, FilterError> {
    let mut parser =
        Parser { tokens: tokens(text)?, next: 0, end: text.chars().count() + 1, columns, depth: 0 };
    let condition = parser.any()?;
    match parser.peek() {
        None => Ok(condition),
        Some(token) => Err(error(
            token.column,
            format!("expected `and`, `or` or the end, found {}", token.shown()),
        )),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Word(String),
    Quoted(String),
    Operator(Operator),
    Open,
    Close,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    column: usize,
    kind: Kind,
    text: String,
}

impl Token {
    fn shown(&self) -> String {
        format!("`{}`", self.text)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(found) if found.eq_ignore_ascii_case(word))
    }
}

fn error(column: usize, message: String) -> FilterError {
    FilterError { column, message }
}

fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let start = at;
        let kind = match letter {
            _ if letter.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => single(&mut at, Kind::Open),
            ')' => single(&mut at, Kind::Close),
            '\'' | '"' => quoted(&letters, &mut at)?,
            '=' | '!' | '<' | '>' | '~' => operator(&letters, &mut at)?,
            _ => word(&letters, &mut at),
        };
        let text: String = letters.get(start..at).unwrap_or_default().iter().collect();
        tokens.push(Token { column: start + 1, kind, text });
    }
    Ok(tokens)
}

fn single(at: &mut usize, kind: Kind) -> Kind {
    *at += 1;
    kind
}

fn quoted(letters: &[char], at: &mut usize) -> Result<Kind, FilterError> {
    let start = *at;
    let quote = letters.get(start).copied();
    let mut value = String::new();
    *at += 1;
    loop {
        let letter = letters.get(*at).copied();
        let following = letters.get(*at + 1).copied();
        match letter {
            None => return Err(error(start + 1, "the quote is not closed".to_owned())),
            Some(_) if letter == quote && following == quote => {
                value.extend(letter);
                *at += 2;
            }
            Some(_) if letter == quote => {
                *at += 1;
                return Ok(Kind::Quoted(value));
            }
            Some(other) => {
                value.push(other);
                *at += 1;
            }
        }
    }
}

fn operator(letters: &[char], at: &mut usize) -> Result<Kind, FilterError> {
    let following = letters.get(*at + 1).copied();
    let (operator, length) = match (letters.get(*at).copied(), following) {
        (Some('!'), Some('=')) | (Some('<'), Some('>')) => (Operator::NotEqual, 2),
        (Some('<'), Some('=')) => (Operator::LessOrEqual, 2),
        (Some('>'), Some('=')) => (Operator::GreaterOrEqual, 2),
        (Some('='), _) => (Operator::Equal, 1),
        (Some('<'), _) => (Operator::Less, 1),
        (Some('>'), _) => (Operator::Greater, 1),
        (Some('~'), _) => (Operator::Matches, 1),
        _ => return Err(error(*at + 1, "`!` must be followed by `=`".to_owned())),
    };
    *at += length;
    Ok(Kind::Operator(operator))
}

fn word(letters: &[char], at: &mut usize) -> Kind {
    let start = *at;
    let ends = |letter: &char| letter.is_whitespace() || "()'\"=!<>~".contains(*letter);
    *at +=
        letters.get(start..).unwrap_or_default().iter().take_while(|letter| !ends(letter)).count();
    Kind::Word(letters.get(start..*at).unwrap_or_default().iter().collect())
}

struct Parser<'a> {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
    columns: &'a [Column],
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, expected: &str) -> Result<Token, FilterError> {
        let token = self
            .peek()
            .cloned()
            .ok_or_else(|| error(self.end, format!("expected {expected}, found the end")))?;
        self.next += 1;
        Ok(token)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(word));
        self.next += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Condition, FilterError> {
        let mut parts = vec![self.all()?];
        while self.take_word("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self) -> Result<Condition, FilterError> {
        let mut parts = vec![self.term()?];
        while self.take_word("and") {
            parts.push(self.term()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn term(&mut self) -> Result<Condition, FilterError> {
        let token = self.take("a column")?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(error(token.column, format!("nested deeper than {DEEPEST} levels")));
        }
        let term = match &token.kind {
            Kind::Word(_) if token.is_word("not") => Condition::Not(Box::new(self.term()?)),
            Kind::Word(name) => self.comparison(token.column, name)?,
            Kind::Open => {
                let inner = self.any()?;
                let close = self.take("`)`")?;
                if close.kind != Kind::Close {
                    return Err(error(
                        close.column,
                        format!("expected `)`, found {}", close.shown()),
                    ));
                }
                inner
            }
            Kind::Quoted(_) | Kind::Operator(_) | Kind::Close => {
                return Err(error(
                    token.column,
                    format!("expected a column, found {}", token.shown()),
                ));
            }
        };
        self.depth -= 1;
        Ok(term)
    }

    fn comparison(&mut self, at: usize, name: &str) -> Result<Condition, FilterError> {
        let Some(column) = self.columns.iter().find(|column| column.name == name).cloned() else {
            let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            return Err(error(at, format!("`{name}` is none of {}", names.join(", "))));
        };
        let operator = self.take("an operator")?;
        let Kind::Operator(comparison) = operator.kind else {
            return Err(error(
                operator.column,
                format!("expected one of = != < <= > >= ~, found {}", operator.shown()),
            ));
        };
        let value = self.take("a value")?;
        match value.kind {
            Kind::Word(ref text) | Kind::Quoted(ref text) => {
                check_value(&column, comparison, text)
                    .map_err(|message| error(value.column, message))?;
                Ok(Condition::Compare { column, operator: comparison, value: text.clone() })
            }
            Kind::Operator(_) | Kind::Open | Kind::Close => {
                Err(error(value.column, format!("expected a value, found {}", value.shown())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Filter;

    fn sql(text: &str) -> (String, Vec<String>) {
        Filter::pages(text).unwrap().to_sql(0)
    }

    fn refused(text: &str) -> String {
        Filter::pages(text).unwrap_err().to_string()
    }

    #[test]
    fn and_binds_closer_than_or() {
        let (sql, arguments) = sql("reason=timeout or attempts<3 and not stage='read'");
        assert_eq!(
            sql,
            "(coalesce(page.reason = $1::text, false) or (coalesce(page.attempts < $2::numeric, false) \
             and not coalesce(page.stage = $3::text, false)))"
        );
        assert_eq!(arguments, ["timeout", "3", "read"]);
    }

    #[test]
    fn parentheses_group() {
        let (sql, _) = sql("(reason=timeout or reason=memory) and width>=100");
        assert_eq!(
            sql,
            "((coalesce(page.reason = $1::text, false) or coalesce(page.reason = $2::text, false)) \
             and coalesce(page.width >= $3::numeric, false))"
        );
    }

    #[test]
    fn quotes_hold_anything_and_are_doubled_inside() {
        let (_, arguments) = sql("reason = 'it''s; drop table page --' and stage != \"a b\"");
        assert_eq!(arguments, ["it's; drop table page --", "a b"]);
    }

    #[test]
    fn mistakes_are_told_with_their_column() {
        assert_eq!(
            refused("reason timeout"),
            "column 8: expected one of = != < <= > >= ~, found `timeout`"
        );
        assert_eq!(refused("confidence<high"), "column 12: `high` is no numeric for `confidence`");
        assert_eq!(refused("reason='open"), "column 8: the quote is not closed");
        assert_eq!(refused("(reason=a"), "column 10: expected `)`, found the end");
        assert_eq!(
            refused("reason=a reason=b"),
            "column 10: expected `and`, `or` or the end, found `reason`"
        );
        assert_eq!(refused("dpi ~ 3"), "column 7: `~` needs a text column, but `dpi` is numeric");
        assert_eq!(refused(""), "column 1: expected a column, found the end");
        assert!(
            refused("colour=red").starts_with("column 1: `colour` is none of reason, stage, state")
        );
        assert_eq!(refused(&"(".repeat(80)), "column 51: nested deeper than 50 levels");
    }
}
