//! Parquet: typed columns, row groups of some MiB, zstd. Row groups are encoded on a thread of their own.
//!
//! Decimals have as many decimals as the one with most in its column, and 18 figures, or 38 where that is not enough;
//! where 38 are not enough either, they are text. Confidences are not rounded.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, FloatType,
    Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use crate::document::Count;
use crate::export::error::ExportError;
use crate::export::plan::PlannedColumn;
use crate::export::target::{TargetFile, WrittenFile};
use crate::store::{Datum, DatumKind, DecimalRange};

use super::DecimalMark;
use super::text::write_value;

/// Bytes of values, before encoding, after which a row group ends.
const GROUP_BYTES: usize = if cfg!(test) { 1 << 10 } else { 6 << 20 };

/// Figures of a decimal that fit in 64 and in 128 bits.
const FIGURES_64: usize = 18;
const FIGURES_128: usize = 38;
const BYTES_128: usize = 16;

/// A file that is being written.
pub(in crate::export) struct ParquetFile {
    columns: Vec<Column>,
    /// Of the values in `columns`.
    bytes: usize,
    groups: SyncSender<Message>,
    written: Receiver<Result<WrittenFile, ExportError>>,
}

enum Message {
    Group(Vec<Column>),
    /// All row groups were sent: the file is to be put in its place.
    End,
}

/// How a column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    Text,
    Integer,
    Share,
    Date,
    Time,
    Boolean,
    /// Of [`FIGURES_64`] figures.
    Decimal {
        scale: u8,
    },
    /// Of [`FIGURES_128`] figures.
    WideDecimal {
        scale: u8,
    },
    /// A decimal that is too large for a number.
    DecimalText,
}

/// The values of a column in a row group, with the levels that say where there are none.
#[derive(Debug, Clone)]
struct Column {
    stored: Stored,
    count: Count,
    values: Values,
    definitions: Vec<i16>,
    /// Of lists only.
    repetitions: Vec<i16>,
}

#[derive(Debug, Clone)]
enum Values {
    Booleans(Vec<bool>),
    Days(Vec<i32>),
    Integers(Vec<i64>),
    Shares(Vec<f32>),
    Wide(Vec<i128>),
    Texts { bytes: Vec<u8>, ends: Vec<usize> },
}

/// Definition levels: of a column with one value …
const NO_VALUE: i16 = 0;
const VALUE: i16 = 1;
/// … and of a list, whose level 0 is no list.
const EMPTY_LIST: i16 = 1;
const NO_ITEM: i16 = 2;
const ITEM: i16 = 3;

impl ParquetFile {
    /// Starts the file and the thread that encodes it.
    pub(in crate::export) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        planned: &[PlannedColumn],
        file: TargetFile,
    ) -> Result<Self, ExportError> {
        let columns: Vec<Column> = planned.iter().map(Column::new).collect();
        let fields: String = planned
            .iter()
            .zip(&columns)
            .map(|(planned, column)| column.field(&planned.name))
            .collect();
        let schema =
            parse_message_type(&format!("message records {{ {fields} }}")).map_err(encode)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("scanlift ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))
            .map_err(encode)?;
        let (groups, to_encode) = sync_channel(0);
        let (done, written) = sync_channel(1);
        scope.spawn(move || {
            // Who does not wait for the answer has failed before.
            let _told = done.send(write_groups(writer, to_encode));
        });
        Ok(Self { columns, bytes: 0, groups, written })
    }

    pub(in crate::export) fn row(&mut self, row: &[Datum<'_>]) -> Result<(), ExportError> {
        for (column, datum) in self.columns.iter_mut().zip(row) {
            self.bytes += column.add(datum)?;
        }
        if self.bytes >= GROUP_BYTES { self.end_group() } else { Ok(()) }
    }

    fn end_group(&mut self) -> Result<(), ExportError> {
        self.bytes = 0;
        let next = self.columns.iter().map(Column::next).collect();
        let group = std::mem::replace(&mut self.columns, next);
        self.send(Message::Group(group))
    }

    fn send(&self, message: Message) -> Result<(), ExportError> {
        if self.groups.send(message).is_ok() {
            return Ok(());
        }
        // The thread has ended: it says why.
        self.answer().map(|_| ())
    }

    fn answer(&self) -> Result<WrittenFile, ExportError> {
        let stopped = || ExportError::Stopped("the one that encodes Parquet".to_owned());
        self.written.recv().map_err(|_| stopped())?
    }

    /// Ends the file and puts it in its place.
    pub(in crate::export) fn finish(mut self) -> Result<WrittenFile, ExportError> {
        if self.columns.iter().any(|column| !column.definitions.is_empty()) {
            self.end_group()?;
        }
        self.send(Message::End)?;
        self.answer()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it")]
fn encode(error: ParquetError) -> ExportError {
    ExportError::Encode(error.to_string())
}

/// Writes row groups until the end is said; without it, nothing is put in its place.
fn write_groups(
    mut writer: SerializedFileWriter<TargetFile>,
    messages: Receiver<Message>,
) -> Result<WrittenFile, ExportError> {
    for message in messages {
        let columns = match message {
            Message::Group(columns) => columns,
            Message::End => return writer.into_inner().map_err(write_error)?.finish(),
        };
        let mut group = writer.next_row_group().map_err(write_error)?;
        for column in columns {
            let mut output = group
                .next_column()
                .map_err(write_error)?
                .ok_or_else(|| ExportError::Encode("a column is missing".to_owned()))?;
            column.write(&mut output).map_err(write_error)?;
            output.close().map_err(write_error)?;
        }
        group.close().map_err(write_error)?;
    }
    Err(ExportError::CutOff)
}

/// Gives an error of the file back as what it is.
fn write_error(error: ParquetError) -> ExportError {
    match error {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => {
                ExportError::Write { target: "the Parquet file".to_owned(), cause: *cause }
            }
            Err(other) => ExportError::Encode(other.to_string()),
        },
        other => encode(other),
    }
}

impl Stored {
    fn new(column: &PlannedColumn) -> Self {
        match column.kind.kind {
            DatumKind::Text => Self::Text,
            DatumKind::Integer => Self::Integer,
            DatumKind::Share => Self::Share,
            DatumKind::Date => Self::Date,
            DatumKind::Time => Self::Time,
            DatumKind::Boolean => Self::Boolean,
            DatumKind::Decimal => column.range.map_or(Self::DecimalText, Self::decimal),
        }
    }

    fn decimal(DecimalRange { whole, scale }: DecimalRange) -> Self {
        match (u8::try_from(scale), whole + scale) {
            (Ok(scale), 0..=FIGURES_64) => Self::Decimal { scale },
            (Ok(scale), 0..=FIGURES_128) => Self::WideDecimal { scale },
            _ => Self::DecimalText,
        }
    }

    /// Returns physical and logical type, as the language of Parquet schemas writes them around a name.
    fn field(self, name: &str) -> String {
        match self {
            Self::Text | Self::DecimalText => format!("OPTIONAL BYTE_ARRAY {name} (STRING);"),
            Self::Integer => format!("OPTIONAL INT64 {name};"),
            Self::Share => format!("OPTIONAL FLOAT {name};"),
            Self::Date => format!("OPTIONAL INT32 {name} (DATE);"),
            Self::Time => format!("OPTIONAL INT64 {name} (TIME(MICROS,false));"),
            Self::Boolean => format!("OPTIONAL BOOLEAN {name};"),
            Self::Decimal { scale } => {
                format!("OPTIONAL INT64 {name} (DECIMAL({FIGURES_64},{scale}));")
            }
            Self::WideDecimal { scale } => format!(
                "OPTIONAL FIXED_LEN_BYTE_ARRAY ({BYTES_128}) {name} (DECIMAL({FIGURES_128},{scale}));"
            ),
        }
    }

    fn values(self) -> Values {
        match self {
            Self::Text | Self::DecimalText => Values::Texts { bytes: Vec::new(), ends: Vec::new() },
            Self::Integer | Self::Time | Self::Decimal { .. } => Values::Integers(Vec::new()),
            Self::Share => Values::Shares(Vec::new()),
            Self::Date => Values::Days(Vec::new()),
            Self::Boolean => Values::Booleans(Vec::new()),
            Self::WideDecimal { .. } => Values::Wide(Vec::new()),
        }
    }
}

impl Column {
    fn new(planned: &PlannedColumn) -> Self {
        let stored = Stored::new(planned);
        Self {
            stored,
            count: planned.kind.count,
            values: stored.values(),
            definitions: Vec::new(),
            repetitions: Vec::new(),
        }
    }

    /// Returns the same column without values.
    fn next(&self) -> Self {
        Self {
            stored: self.stored,
            count: self.count,
            values: self.stored.values(),
            definitions: Vec::with_capacity(self.definitions.len()),
            repetitions: Vec::new(),
        }
    }

    fn field(&self, name: &str) -> String {
        match self.count {
            Count::One => self.stored.field(name),
            Count::Many => format!(
                "OPTIONAL GROUP {name} (LIST) {{ REPEATED GROUP list {{ {} }} }}",
                self.stored.field("element")
            ),
        }
    }

    /// Adds a value, and returns how many bytes it takes.
    fn add(&mut self, datum: &Datum<'_>) -> Result<usize, ExportError> {
        let level = size_of::<i16>();
        match (self.count, datum) {
            (Count::One, Datum::Null) => {
                self.definitions.push(NO_VALUE);
                Ok(level)
            }
            (Count::One, value) => {
                self.definitions.push(VALUE);
                Ok(level + self.add_value(value)?)
            }
            (Count::Many, Datum::List(list)) => {
                let mut bytes = 0;
                for (index, value) in list.values().enumerate() {
                    let value = value?;
                    self.repetitions.push(i16::from(index > 0));
                    self.definitions.push(if value == Datum::Null { NO_ITEM } else { ITEM });
                    if value != Datum::Null {
                        bytes += self.add_value(&value)?;
                    }
                    bytes += 2 * level;
                }
                if bytes == 0 {
                    self.repetitions.push(0);
                    self.definitions.push(EMPTY_LIST);
                }
                Ok(bytes + 2 * level)
            }
            (Count::Many, _) => {
                self.repetitions.push(0);
                self.definitions.push(NO_VALUE);
                Ok(2 * level)
            }
        }
    }

    fn add_value(&mut self, datum: &Datum<'_>) -> Result<usize, ExportError> {
        match (&mut self.values, self.stored, datum) {
            (Values::Texts { bytes, ends }, _, datum) => {
                let before = bytes.len();
                write_value(bytes, datum, DecimalMark::Point);
                ends.push(bytes.len());
                return Ok(bytes.len() - before + size_of::<usize>());
            }
            (Values::Integers(values), _, Datum::Integer(number)) => values.push(*number),
            (Values::Integers(values), _, Datum::Time(time)) => values.push(time.microseconds),
            (Values::Integers(values), Stored::Decimal { scale }, Datum::Decimal(number)) => {
                let number = number.unscaled(scale).and_then(|number| i64::try_from(number).ok());
                values.push(number.ok_or_else(changed)?);
            }
            (Values::Wide(values), Stored::WideDecimal { scale }, Datum::Decimal(number)) => {
                values.push(number.unscaled(scale).ok_or_else(changed)?);
                return Ok(BYTES_128);
            }
            (Values::Shares(values), _, Datum::Share(share)) => values.push(*share),
            (Values::Booleans(values), _, Datum::Boolean(truth)) => values.push(*truth),
            (Values::Days(values), _, Datum::Date(day)) => {
                let infinite = || ExportError::Encode("a date is infinite".to_owned());
                values.push(day.since_1970().ok_or_else(infinite)?);
            }
            (_, stored, datum) => {
                return Err(ExportError::Encode(format!("{datum:?} is no {stored:?}")));
            }
        }
        Ok(size_of::<i64>())
    }

    fn write(self, output: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let definitions = Some(self.definitions.as_slice());
        let repetitions = match self.count {
            Count::One => None,
            Count::Many => Some(self.repetitions.as_slice()),
        };
        let levels = (definitions, repetitions);
        match self.values {
            Values::Booleans(values) => {
                output.typed::<BoolType>().write_batch(&values, levels.0, levels.1)?
            }
            Values::Days(values) => {
                output.typed::<Int32Type>().write_batch(&values, levels.0, levels.1)?
            }
            Values::Integers(values) => {
                output.typed::<Int64Type>().write_batch(&values, levels.0, levels.1)?
            }
            Values::Shares(values) => {
                output.typed::<FloatType>().write_batch(&values, levels.0, levels.1)?
            }
            Values::Wide(values) => {
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
                let bytes = Bytes::from(bytes);
                let values: Vec<FixedLenByteArray> = (0..values.len())
                    .map(|index| bytes.slice(index * BYTES_128..(index + 1) * BYTES_128))
                    .map(|bytes| ByteArray::from(bytes).into())
                    .collect();
                output.typed::<FixedLenByteArrayType>().write_batch(&values, levels.0, levels.1)?
            }
            Values::Texts { bytes, ends } => {
                let bytes = Bytes::from(bytes);
                let mut start = 0;
                let values: Vec<ByteArray> = ends
                    .into_iter()
                    .map(|end| {
                        ByteArray::from(bytes.slice(std::mem::replace(&mut start, end)..end))
                    })
                    .collect();
                output.typed::<ByteArrayType>().write_batch(&values, levels.0, levels.1)?
            }
        };
        Ok(())
    }
}

/// The decimals were measured, but the connection was lost, and other records were written in the meantime.
fn changed() -> ExportError {
    ExportError::Encode(
        "a decimal has more figures than any had when the export began: start it again".to_owned(),
    )
}
