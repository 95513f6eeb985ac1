-- Forgets what the archive taught; records stay as they are. Refuses where people have decided about values.
do $$
declare
    model text;
begin
    if exists (select from scanlift.vocabulary where state <> 'proposed') then
        raise exception 'values are confirmed or refused: export them with `scanlift vocabulary` and delete them first';
    end if;
    for model in
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'records' and c.relkind = 'r'
          and exists (select from scanlift.record_model m where m.name = c.relname)
    loop
        execute format('alter table records.%I drop column if exists before_archive', model);
    end loop;
end
$$;

drop table scanlift.archive_state;
drop table scanlift.vocabulary;
