-- Records that are made anew beside those that are there: the next generation of models' tables, which takes their
-- place when it is whole.

-- Where the next generation lies until then; names of tables, indexes and constraints are those that it will have.
create schema if not exists next_records;

-- At most one: the generation that is being made.
create table scanlift.generation (
    generation_id bigint generated always as identity,
    -- The run that began it.
    run_id bigint not null,
    models text[] not null,
    -- Hash of all that decides its records besides the words.
    fingerprint bytea not null,
    -- The newest document when it was begun.
    last_document_id bigint not null,
    -- Its indexes and constraints are there.
    is_indexed boolean not null default false,
    constraint generation_pk primary key (generation_id),
    constraint generation_run_fk foreign key (run_id) references scanlift.run (run_id)
);

-- The documents whose records it has.
create table scanlift.generation_part (
    generation_id bigint not null,
    -- The part has the documents behind this one …
    behind_document_id bigint not null,
    -- … up to this one.
    last_document_id bigint not null,
    documents bigint not null,
    pages bigint not null,
    accepted bigint not null,
    review bigint not null,
    rejected bigint not null,
    -- Those that keep the records that they have.
    failed bigint[] not null,
    constraint generation_part_pk primary key (generation_id, behind_document_id),
    constraint generation_part_generation_fk foreign key (generation_id)
        references scanlift.generation (generation_id) on delete cascade
);
