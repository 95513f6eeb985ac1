-- What the archive teaches itself: values that recur, and what records were before they were mended by them.

create table scanlift.vocabulary (
    vocabulary_id bigint generated always as identity,
    model text not null,
    field text not null,
    value text collate "C" not null,
    -- Documents that have the value or a misreading of it.
    documents bigint not null default 0,
    -- How sure the most trusted of them is, 0 to 1.
    confidence real not null default 1,
    state text not null default 'proposed',
    -- What stands for a refused value, if a person has said so.
    instead text collate "C",
    changed_at timestamptz not null default now(),
    constraint vocabulary_pk primary key (vocabulary_id),
    constraint vocabulary_state_ck check (state in ('proposed', 'confirmed', 'refused')),
    constraint vocabulary_instead_ck check (instead is null or state = 'refused')
);

-- How far the records of a model have been learned from.
create table scanlift.archive_state (
    model text not null,
    -- All records up to this one have been looked at …
    looked_to bigint not null,
    -- … and those up to this one have taken part in the vocabularies.
    learned_to bigint not null,
    -- How many records there were then.
    records bigint not null,
    -- What the model expected of the archive then.
    expects text not null,
    constraint archive_state_pk primary key (model)
);

-- Values may be longer than an index entry.
create unique index vocabulary_value_uk on scanlift.vocabulary (model, field, md5(value));

do $$
declare
    model text;
begin
    for model in
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'records' and c.relkind = 'r'
          and exists (select from scanlift.record_model m where m.name = c.relname)
    loop
        execute format('alter table records.%I add column if not exists before_archive jsonb', model);
    end loop;
end
$$;
