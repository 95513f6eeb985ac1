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
    /// `!` before a condition, as `not`.
    Not,
    OpenList,
    CloseList,
    Comma,
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

    fn is_not(&self) -> bool {
        self.kind == Kind::Not || self.is_word("not")
    }
}

fn error(column: usize, message: String) -> FilterError {
    FilterError { column, message }
}

fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut in_list) = (0, false);
    while let Some(&letter) = letters.get(at) {
        let start = at;
        let kind = match letter {
            _ if letter.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => single(&mut at, Kind::Open),
            ')' => single(&mut at, Kind::Close),
            '[' if tokens.last().is_some_and(|token: &Token| token.is_word("in")) => {
                in_list = true;
                single(&mut at, Kind::OpenList)
            }
            ']' if in_list => {
                in_list = false;
                single(&mut at, Kind::CloseList)
            }
            ',' if in_list => single(&mut at, Kind::Comma),
            '\'' | '"' => quoted(&letters, &mut at)?,
            '!' if letters.get(at + 1) != Some(&'=') => single(&mut at, Kind::Not),
            '=' | '!' | '<' | '>' | '~' => operator(&letters, &mut at),
            '&' | '|' if letters.get(at + 1) == Some(&letter) => {
                at += 2;
                Kind::Word(if letter == '&' { "and" } else { "or" }.to_owned())
            }
            _ => word(&letters, &mut at, in_list),
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

/// Reads an operator, which stands there.
fn operator(letters: &[char], at: &mut usize) -> Kind {
    let following = letters.get(*at + 1).copied();
    let (operator, length) = match (letters.get(*at).copied(), following) {
        (Some('!'), Some('=')) | (Some('<'), Some('>')) => (Operator::NotEqual, 2),
        (Some('<'), Some('=')) => (Operator::LessOrEqual, 2),
        (Some('>'), Some('=')) => (Operator::GreaterOrEqual, 2),
        (Some('='), Some('=')) => (Operator::Equal, 2),
        (Some('<'), _) => (Operator::Less, 1),
        (Some('>'), _) => (Operator::Greater, 1),
        (Some('~'), _) => (Operator::Matches, 1),
        _ => (Operator::Equal, 1),
    };
    *at += length;
    Kind::Operator(operator)
}

fn word(letters: &[char], at: &mut usize, in_list: bool) -> Kind {
    let start = *at;
    let ends = |at: usize, letter: char| {
        letter.is_whitespace()
            || "()'\"=!<>~".contains(letter)
            || in_list && matches!(letter, ',' | ']')
            || matches!(letter, '&' | '|') && letters.get(at + 1) == Some(&letter)
    };
    while letters.get(*at).is_some_and(|&letter| !ends(*at, letter)) {
        *at += 1;
    }
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
            Kind::Word(_) | Kind::Not if token.is_not() => Condition::Not(Box::new(self.term()?)),
            Kind::Word(name) => self.comparison(token.column, name)?,
            Kind::Open => {
                let inner = self.any()?;
                self.take_kind(&Kind::Close, "`)`")?;
                inner
            }
            Kind::Quoted(_)
            | Kind::Operator(_)
            | Kind::Close
            | Kind::Not
            | Kind::OpenList
            | Kind::CloseList
            | Kind::Comma => {
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
        let is_called = self.peek().is_some_and(|token| token.kind == Kind::Open);
        if let (Some((name, function)), true) = (name.rsplit_once('.'), is_called) {
            return self.call(at, (name, function));
        }
        let column = self.column(at, name)?;
        if self.take_word("in") {
            return self.list(&column);
        }
        let operator = self.take("an operator")?;
        let Kind::Operator(comparison) = operator.kind else {
            return Err(error(
                operator.column,
                format!("expected one of == != < <= > >= ~ in, found {}", operator.shown()),
            ));
        };
        self.value(&column, comparison, str::to_owned)
    }

    fn column(&self, at: usize, name: &str) -> Result<Column, FilterError> {
        self.columns.iter().find(|column| column.name == name).cloned().ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            error(at, format!("`{name}` is none of {}", names.join(", ")))
        })
    }

    /// Reads what follows `column.function`.
    fn call(
        &mut self,
        at: usize,
        (name, function): (&str, &str),
    ) -> Result<Condition, FilterError> {
        let column = self.column(at, name)?;
        let pattern: fn(&str) -> String = match function {
            "matches" => str::to_owned,
            "contains" => regex::escape,
            "startsWith" => |text| format!("^{}", regex::escape(text)),
            "endsWith" => |text| format!("{}$", regex::escape(text)),
            _ => {
                let known = "matches, contains, startsWith, endsWith";
                return Err(error(at, format!("`{function}` is none of {known}")));
            }
        };
        self.take("`(`")?;
        let condition = self.value(&column, Operator::Matches, pattern)?;
        self.take_kind(&Kind::Close, "`)`")?;
        Ok(condition)
    }

    /// Reads the values of which a column may have any.
    fn list(&mut self, column: &Column) -> Result<Condition, FilterError> {
        self.take_kind(&Kind::OpenList, "`[`")?;
        let mut parts = Vec::new();
        loop {
            parts.push(self.value(column, Operator::Equal, str::to_owned)?);
            let token = self.take("`,` or `]`")?;
            match token.kind {
                Kind::Comma => {}
                Kind::CloseList => return Ok(Condition::Any(parts)),
                _ => {
                    let message = format!("expected `,` or `]`, found {}", token.shown());
                    return Err(error(token.column, message));
                }
            }
        }
    }

    /// Reads a value that a column is compared with.
    fn value(
        &mut self,
        column: &Column,
        operator: Operator,
        compared_with: fn(&str) -> String,
    ) -> Result<Condition, FilterError> {
        let value = self.take("a value")?;
        let (Kind::Word(text) | Kind::Quoted(text)) = &value.kind else {
            return Err(error(value.column, format!("expected a value, found {}", value.shown())));
        };
        check_value(column, operator, text).map_err(|message| error(value.column, message))?;
        Ok(Condition::Compare { column: column.clone(), operator, value: compared_with(text) })
    }

    fn take_kind(&mut self, kind: &Kind, expected: &str) -> Result<(), FilterError> {
        let token = self.take(expected)?;
        if token.kind == *kind {
            return Ok(());
        }
        Err(error(token.column, format!("expected {expected}, found {}", token.shown())))
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
    fn conditions_of_rules_are_understood_as_they_are_written_there() {
        let same = [
            ("reason == 'timeout' && attempts < 3", "reason=timeout and attempts<3"),
            ("!(stage == \"read\") || words >= 5", "not (stage=read) or words>=5"),
            ("reason in ['timeout', memory]", "(reason=timeout or reason=memory)"),
            ("path.matches('^/in/.*x$')", "path ~ '^/in/.*x$'"),
            ("path.contains('a.b')", "path ~ 'a\\.b'"),
            ("path.startsWith('/in')&&page==1", "path ~ '^/in' and page=1"),
            ("path.endsWith('.pdf')", "path ~ '\\.pdf$'"),
        ];
        for (of_rules, plain) in same {
            assert_eq!(sql(of_rules), sql(plain), "{of_rules}");
        }
    }

    #[test]
    fn a_bare_value_may_hold_what_parts_lists_elsewhere() {
        assert_eq!(sql("engine=a,b and path~[ab].*").1, ["a,b", "[ab].*"]);
    }

    #[test]
    fn mistakes_are_told_with_their_column() {
        assert_eq!(
            refused("reason timeout"),
            "column 8: expected one of == != < <= > >= ~ in, found `timeout`"
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
        assert_eq!(refused("reason in [a"), "column 13: expected `,` or `]`, found the end");
        assert_eq!(
            refused("path.size(3)"),
            "column 1: `size` is none of matches, contains, startsWith, endsWith"
        );
        assert_eq!(
            refused("dpi.contains(3)"),
            "column 14: `~` needs a text column, but `dpi` is numeric"
        );
        assert_eq!(refused(&"(".repeat(80)), "column 51: nested deeper than 50 levels");
    }
}
