-- What a page leaves unread, the region of a page that a record stands in, files that are no documents, and files
-- that have gone.

alter table scanlift.page
    -- Share of the ink of the size of text that was not read, 0 to 1; null for pages that were read before it was measured.
    add column unread real,
    -- Number of words that were read.
    add column words integer,
    -- What is doubtful about the reading of the page as a whole.
    add column issues text[];

alter table scanlift.source_file
    drop constraint source_file_status_ck,
    drop constraint source_file_document_ck,
    -- The file that stands for its document in exports and reports: the one that is `document`, or, if all files of
    -- the document have gone, one of those.
    add column is_own boolean not null default false;

update scanlift.source_file set is_own = true where status = 'document';

drop index scanlift.source_file_document_uk;
create unique index source_file_own_uk on scanlift.source_file (document_id) where is_own;

alter table scanlift.source_file
    add constraint source_file_status_ck
        check (status in ('document', 'duplicate', 'unreadable', 'skipped', 'gone')),
    add constraint source_file_document_ck
        check (status = 'gone' or (status in ('document', 'duplicate')) = (document_id is not null)),
    add constraint source_file_own_ck
        check (case status when 'document' then is_own when 'gone' then not is_own or document_id is not null
                           else not is_own end);

do $$
declare
    model text;
begin
    for model in
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'records' and c.relkind = 'r'
          and exists (select from scanlift.record_model m where m.name = c.relname)
    loop
        execute format('alter table records.%I add column if not exists region_number integer not null default 0', model);
    end loop;
end
$$;
