-- Goes back to what the ledger knew before: what a record was stands whole beside what it is.

do $$
declare
    model text;
begin
    for model in
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'records' and c.relkind = 'r'
          and exists (select from scanlift.record_model m where m.name = c.relname)
          and (select count(*) from pg_attribute a
               where a.attrelid = c.oid and a.attname in ('before_archive', 'status', 'field_confidence')) = 3
    loop
        execute format(
            'update records.%I set before_archive = jsonb_build_object(
                 ''values'', coalesce(before_archive->''values'', ''{}''),
                 ''status'', coalesce(before_archive->''status'', to_jsonb(status)),
                 ''confidence'', coalesce(before_archive->''confidence'', to_jsonb(confidence)),
                 ''issues'', coalesce(before_archive->''issues'', to_jsonb(issues)),
                 ''field_confidence'', (
                     select coalesce(jsonb_agg(coalesce(
                                nullif(before_archive->''field_confidence''->(own.place::integer - 1), ''null''),
                                to_jsonb(own.confidence)) order by own.place), ''[]'')
                     from unnest(field_confidence) with ordinality own(confidence, place)))
             where before_archive is not null', model);
    end loop;
end
$$;

alter table scanlift.archive_state drop column knowledge;
