-- Refuses to drop a ledger that holds work: records and attempts cannot be had back.
do $$
begin
    if exists (select from scanlift.attempt) or exists (select from scanlift.correction) then
        raise exception 'the ledger is not empty: export what you need and drop the schemas scanlift and records by hand';
    end if;
end
$$;

drop schema records cascade;
drop table scanlift.correction;
drop table scanlift.reject;
drop table scanlift.record_model;
drop table scanlift.page_text;
drop table scanlift.attempt;
drop table scanlift.page;
drop table scanlift.source_file;
drop table scanlift.document;
drop table scanlift.run;
