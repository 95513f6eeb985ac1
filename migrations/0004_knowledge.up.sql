-- What the archive has learned is kept, so that records can be written as it will make them.

-- Bytes of the program that wrote them; without them all is learned anew.
alter table scanlift.archive_state add column knowledge bytea;

-- They are compressed already.
alter table scanlift.archive_state alter column knowledge set storage external;
