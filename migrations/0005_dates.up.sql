-- What the dates of a record's pages say about the order of day and month: `day first`, `month first` or `both`.

do $$
declare
    model text;
begin
    for model in
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'records' and c.relkind = 'r'
          and exists (select from scanlift.record_model m where m.name = c.relname)
    loop
        execute format('alter table records.%I add column if not exists date_order text', model);
    end loop;
end
$$;
