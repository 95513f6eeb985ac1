-- Goes back to what the ledger knew before: files that have gone are documents, duplicates or unreadable again, and
-- files that are no documents are forgotten until they are found again.

do $$
declare
    model text;
begin
    for model in
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'records' and c.relkind = 'r'
          and exists (select from scanlift.record_model m where m.name = c.relname)
    loop
        execute format('alter table records.%I drop column if exists region_number', model);
    end loop;
end
$$;

alter table scanlift.source_file
    drop constraint source_file_status_ck,
    drop constraint source_file_document_ck,
    drop constraint source_file_own_ck;

delete from scanlift.source_file where status = 'skipped';
update scanlift.source_file
set status = case when document_id is null then 'unreadable' when is_own then 'document' else 'duplicate' end,
    reason = case when document_id is null then 'vanished' end
where status = 'gone';

drop index scanlift.source_file_own_uk;
create unique index source_file_document_uk on scanlift.source_file (document_id) where status = 'document';

alter table scanlift.source_file
    drop column is_own,
    add constraint source_file_status_ck check (status in ('document', 'duplicate', 'unreadable')),
    add constraint source_file_document_ck check ((status = 'unreadable') = (document_id is null));

alter table scanlift.page
    drop column unread,
    drop column words,
    drop column issues;
