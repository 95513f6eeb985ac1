-- The ledger: what was found, what became of it, and every attempt for ever.
-- All names are qualified, so that the search path does not matter.

create schema if not exists scanlift;
create schema if not exists records;

create table scanlift.run (
    run_id bigint generated always as identity,
    command text not null,
    settings jsonb not null,
    program_version text not null,
    process_id integer not null,
    host text not null,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    ended_as text,
    summary jsonb,
    -- Number of the last committed batch: tells a writer that lost its connection whether its commit took place.
    last_batch bigint not null default 0,
    constraint run_pk primary key (run_id),
    constraint run_ended_as_ck check (ended_as in ('finished', 'interrupted', 'failed'))
);

create table scanlift.document (
    document_id bigint generated always as identity,
    hash bytea not null,
    size bigint not null,
    format text,
    page_count integer,
    records_state text not null default 'pending',
    -- The run, and its registration, that was given the document's pending pages to read.
    claimed_run_id bigint,
    claimed_call bigint,
    constraint document_pk primary key (document_id),
    constraint document_hash_uk unique (hash),
    constraint document_hash_ck check (length(hash) = 32),
    constraint document_records_state_ck check (records_state in ('pending', 'made'))
);

create index document_unmade_ix on scanlift.document (document_id) where records_state = 'pending';

create table scanlift.source_file (
    source_file_id bigint generated always as identity,
    -- BLAKE3 of the path's bytes: paths may be longer than an index entry and need not be UTF-8.
    path_key bytea not null,
    -- The path; bytes that are not UTF-8 stand as \xNN.
    path text collate "C" not null,
    -- The path's bytes, if it is not UTF-8.
    path_bytes bytea,
    size bigint,
    modified_ns bigint,
    document_id bigint,
    status text not null,
    reason text,
    message text,
    first_run_id bigint not null,
    last_run_id bigint not null,
    constraint source_file_pk primary key (source_file_id),
    constraint source_file_path_key_uk unique (path_key),
    constraint source_file_document_fk foreign key (document_id) references scanlift.document (document_id),
    constraint source_file_first_run_fk foreign key (first_run_id) references scanlift.run (run_id),
    constraint source_file_last_run_fk foreign key (last_run_id) references scanlift.run (run_id),
    constraint source_file_status_ck check (status in ('document', 'duplicate', 'unreadable')),
    constraint source_file_document_ck check ((status = 'unreadable') = (document_id is null))
);

create unique index source_file_document_uk on scanlift.source_file (document_id) where status = 'document';
create index source_file_document_ix on scanlift.source_file (document_id);

create table scanlift.page (
    document_id bigint not null,
    page_number integer not null,
    state text not null default 'pending',
    reason text,
    stage text,
    message text,
    engine text,
    languages text,
    width integer,
    height integer,
    dpi real,
    rotation smallint,
    skew_degrees real,
    mean_confidence real,
    attempts integer not null default 0,
    constraint page_pk primary key (document_id, page_number),
    constraint page_document_fk foreign key (document_id) references scanlift.document (document_id),
    constraint page_number_ck check (page_number >= 1),
    constraint page_state_ck check (state in ('pending', 'stored', 'blank', 'failed', 'quarantined')),
    constraint page_reason_ck check ((reason is not null) = (state in ('failed', 'quarantined')))
);

create index page_unsettled_ix on scanlift.page (document_id, page_number)
    where state in ('pending', 'failed', 'quarantined');

create table scanlift.attempt (
    document_id bigint not null,
    page_number integer not null,
    attempt_number integer not null,
    run_id bigint not null,
    started_at timestamptz not null,
    duration_ms bigint not null,
    recipe jsonb,
    outcome text not null,
    reason text,
    stage text,
    message text,
    mean_confidence real,
    constraint attempt_pk primary key (document_id, page_number, attempt_number),
    constraint attempt_page_fk foreign key (document_id, page_number)
        references scanlift.page (document_id, page_number),
    constraint attempt_run_fk foreign key (run_id) references scanlift.run (run_id),
    constraint attempt_outcome_ck check (outcome in ('stored', 'blank', 'failed', 'quarantined'))
);

create table scanlift.page_text (
    document_id bigint not null,
    page_number integer not null,
    -- Words, marks and facts: a version byte, then zstd-compressed postcard.
    content bytea not null,
    constraint page_text_pk primary key (document_id, page_number),
    constraint page_text_page_fk foreign key (document_id, page_number)
        references scanlift.page (document_id, page_number)
);

-- The content is compressed already.
alter table scanlift.page_text alter column content set storage external;

create table scanlift.record_model (
    record_model_id bigint generated always as identity,
    name text not null,
    version bigint not null,
    toml text not null,
    hash bytea not null,
    statements text[] not null,
    inverse_statements text[] not null,
    applied_at timestamptz not null default now(),
    rolled_back_at timestamptz,
    constraint record_model_pk primary key (record_model_id)
);

create index record_model_name_ix on scanlift.record_model (name, record_model_id);

create table scanlift.reject (
    reject_id bigint generated always as identity,
    run_id bigint not null,
    document_id bigint,
    page_number integer,
    -- The table that refused the row.
    target text not null,
    -- SQLSTATE, or `row` if the row did not fit its table's columns.
    reason text not null,
    message text not null,
    row_text text not null,
    rejected_at timestamptz not null default now(),
    constraint reject_pk primary key (reject_id),
    constraint reject_run_fk foreign key (run_id) references scanlift.run (run_id)
);

create table scanlift.correction (
    correction_id bigint generated always as identity,
    model text not null,
    document_id bigint not null,
    page_number integer not null,
    row_number integer not null,
    field text not null,
    old_value text,
    new_value text,
    corrected_by text not null,
    corrected_at timestamptz not null default now(),
    constraint correction_pk primary key (correction_id),
    constraint correction_page_fk foreign key (document_id, page_number)
        references scanlift.page (document_id, page_number)
);

create index correction_record_ix on scanlift.correction (model, document_id, page_number, row_number);
