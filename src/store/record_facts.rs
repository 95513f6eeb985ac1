//! What is to be known of records before they are exported: how large their decimals are, and whether anything has
//! changed since another export.

use crate::document::Count;

use super::datum::DatumKind;
use super::error::StoreError;
use super::record_columns::ColumnKind;
use super::record_stream::RecordStream;

/// How large the decimals of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecimalRange {
    /// Figures before the point of the largest number.
    pub whole: usize,
    /// Most decimals behind the point.
    pub scale: usize,
}

impl RecordStream<'_> {
    /// Measures the decimals of each column in the stream's snapshot; `None` for columns of another kind, and
    /// for those that hold infinity or what is not a number.
    pub async fn decimal_ranges(&mut self) -> Result<Vec<Option<DecimalRange>>, StoreError> {
        let columns: Vec<(String, ColumnKind)> =
            self.columns().map(|(sql, kind)| (sql.to_owned(), kind)).collect();
        let is_decimal = |kind: &ColumnKind| kind.kind == DatumKind::Decimal;
        if !columns.iter().any(|(_, kind)| is_decimal(kind)) {
            return Ok(vec![None; columns.len()]);
        }
        let measures: Vec<String> = columns
            .iter()
            .filter(|(_, kind)| is_decimal(kind))
            .flat_map(|(sql, kind)| {
                ["scale", "abs"].map(|function| match kind.count {
                    Count::One => format!("max({function}({sql}))::text"),
                    Count::Many => {
                        format!("max((select max({function}(item)) from unnest({sql}) item))::text")
                    }
                })
            })
            .collect();
        let select = format!("select array[{}] {}", measures.join(", "), self.query.source());
        let measured = self.aggregate(&select).await?;
        let mut pairs = measured.chunks_exact(2);
        let ranges = columns.iter().map(|(_, kind)| {
            let pair = if is_decimal(kind) { pairs.next() } else { None };
            match pair {
                Some([None, None]) => Some(DecimalRange { whole: 0, scale: 0 }),
                Some([Some(scale), Some(largest)]) => range(scale, largest),
                _ => None,
            }
        });
        Ok(ranges.collect())
    }

    /// Returns a text that is another one whenever a row of the tables that are read is: the number of rows of each
    /// and the sum of the transactions that wrote them. A row that is written anew has a later transaction, so the
    /// sum grows unless rows go, and then the number says it.
    pub async fn state(&mut self) -> Result<String, StoreError> {
        let counts: Vec<String> = self
            .query
            .tables()
            .into_iter()
            .map(|table| {
                format!(
                    "(select count(*) || ' ' || coalesce(sum(xmin::text::bigint), 0) from {table})"
                )
            })
            .collect();
        let select = format!("select array[{}]", counts.join(", "));
        let state = self.aggregate(&select).await?;
        Ok(state.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// Reads how large numbers are from the largest scale and the largest number; `None` if that is none.
fn range(scale: &str, largest: &str) -> Option<DecimalRange> {
    let whole = largest.split('.').next()?;
    let is_number = whole.bytes().all(|figure| figure.is_ascii_digit());
    let whole = if whole == "0" { 0 } else { whole.len() };
    is_number.then_some(DecimalRange { whole, scale: scale.parse().ok()? })
}
