//! Tables of the next generation: made like those that are there, indexed and constrained like them, put in their place.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::document::DocumentId;
use crate::store::connection::Store;
use crate::store::error::{StoreError, failed_to};
use crate::store::model_table::{NEXT_RECORDS, table_of};
use crate::store::quoted::quoted;
use crate::store::run::Run;

use super::Generation;

/// Memory for the making of an index: sorting eleven million rows spills less, and two indexes are made at a time at most.
const INDEX_MEMORY: &str = "256MB";
/// How long the exchange waits for those who read a table; whoever comes after it waits as long.
const EXCHANGE_WAIT: &str = "2s";

impl Store {
    /// Says what would be lost if another table took the place of a model's table; `None` if nothing would.
    pub async fn bound_to_table(&self, model: &str) -> Result<Option<String>, StoreError> {
        self.retrying(|| self.bound_to_table_once(model)).await
    }

    async fn bound_to_table_once(&self, model: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar(
            "with own as (select to_regclass($1)::oid as id)
             select 'view ' || r.ev_class::regclass from own
                 join pg_depend d on d.refobjid = own.id and d.classid = 'pg_rewrite'::regclass
                 join pg_rewrite r on r.oid = d.objid and r.ev_class <> own.id
             union all select 'foreign key ' || conname || ' of ' || conrelid::regclass from own
                 join pg_constraint c on c.confrelid = own.id
             union all select 'trigger ' || tgname from own join pg_trigger t on t.tgrelid = own.id and not tgisinternal
             union all select 'policy ' || polname from own join pg_policy p on p.polrelid = own.id
             union all select 'publication ' || pubname from own
                 join pg_publication_rel r on r.prrelid = own.id join pg_publication p on p.oid = r.prpubid
             union all select 'table ' || inhrelid::regclass from own join pg_inherits i on own.id in (inhparent, inhrelid)
             union all select 'owner ' || relowner::regrole from own
                 join pg_class c on c.oid = own.id where relowner::regrole::text <> quote_ident(current_user)
             limit 1",
        )
        .bind(table_of(model))
        .fetch_optional(&self.pool)
        .await
        .map_err(failed_to("ask what hangs on a model's table"))
    }

    /// Gives up what was begun and begins a generation.
    pub(super) async fn begin_generation_once(
        &self,
        run: &Run,
        models: &[String],
        fingerprint: &[u8],
    ) -> Result<Generation, StoreError> {
        let begun = async {
            let mut transaction = self.pool.begin().await?;
            give_up(&mut transaction).await?;
            for model in models {
                make_table(&mut transaction, model).await?;
            }
            let (id, last): (i64, i64) = sqlx::query_as(
                "insert into scanlift.generation (run_id, models, fingerprint, last_document_id)
                 select $1, $2, $3, coalesce(max(document_id), 0) from scanlift.document
                 returning generation_id, last_document_id",
            )
            .bind(run.id.0)
            .bind(models)
            .bind(fingerprint)
            .fetch_one(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(Generation {
                id,
                models: models.to_vec(),
                last_document: DocumentId(last),
                written: std::collections::HashMap::new(),
                is_indexed: false,
            })
        };
        begun.await.map_err(failed_to("begin the next generation of records"))
    }

    /// Puts a generation, all of whose parts are written, in the place of the one that is there. Documents that have no
    /// new records because theirs could not be made, or because their words are gone, keep those that they have.
    pub async fn finish_generation(&self, generation: &Generation) -> Result<(), StoreError> {
        if !generation.is_indexed {
            self.retrying(|| self.index_generation_once(generation)).await?;
        }
        self.retrying(|| self.exchange_once(generation)).await
    }

    /// Takes the records over that stay, and makes indexes and constraints, unless that is done.
    async fn index_generation_once(&self, generation: &Generation) -> Result<(), StoreError> {
        let error = || failed_to("index the next generation of records");
        let mut transaction = self.pool.begin().await.map_err(error())?;
        let indexed = async {
            let open: bool = sqlx::query_scalar(
                "select not is_indexed from scanlift.generation where generation_id = $1 for update",
            )
            .bind(generation.id)
            .fetch_one(&mut *transaction)
            .await?;
            if !open {
                return Ok(());
            }
            run(&mut transaction, &format!("set local maintenance_work_mem = '{INDEX_MEMORY}'"))
                .await?;
            for model in &generation.models {
                keep_records(&mut transaction, generation, model).await?;
                for statement in finishing_statements(&mut transaction, model).await? {
                    run(&mut transaction, &statement).await?;
                }
            }
            sqlx::query(
                "update scanlift.generation set is_indexed = true where generation_id = $1",
            )
            .bind(generation.id)
            .execute(&mut *transaction)
            .await?;
            Ok(())
        };
        indexed.await.map_err(error())?;
        transaction.commit().await.map_err(error())
    }

    /// Exchanges the tables, unless that is done.
    async fn exchange_once(&self, generation: &Generation) -> Result<(), StoreError> {
        let error = || failed_to("put the next generation of records in its place");
        let mut transaction = self.pool.begin().await.map_err(error())?;
        let exchanged = async {
            let deleted = sqlx::query("delete from scanlift.generation where generation_id = $1")
                .bind(generation.id)
                .execute(&mut *transaction)
                .await?;
            if deleted.rows_affected() == 0 {
                return Ok(());
            }
            run(&mut transaction, &format!("set local lock_timeout = '{EXCHANGE_WAIT}'")).await?;
            for model in &generation.models {
                let (old, new) = (table_of(model), next_table(model));
                run(&mut transaction, &format!("drop table {old}")).await?;
                run(&mut transaction, &format!("alter table {new} set schema records")).await?;
            }
            Ok(())
        };
        exchanged.await.map_err(error())?;
        transaction.commit().await.map_err(error())
    }
}

fn next_table(model: &str) -> String {
    format!("{NEXT_RECORDS}.{}", quoted(model))
}

async fn run(connection: &mut PgConnection, statement: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(connection).await.map(|_| ())
}

/// Drops all that was begun.
async fn give_up(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let begun: Vec<Vec<String>> =
        sqlx::query_scalar("delete from scanlift.generation returning models")
            .fetch_all(&mut *connection)
            .await?;
    for model in begun.into_iter().flatten() {
        run(connection, &format!("drop table if exists {} cascade", next_table(&model))).await?;
    }
    Ok(())
}

/// Makes the empty table of a model, which numbers its records behind those that are there.
async fn make_table(connection: &mut PgConnection, model: &str) -> Result<(), sqlx::Error> {
    let (old, new) = (table_of(model), next_table(model));
    run(
        connection,
        &format!(
            "create table {new} (like {old} including defaults including identity including constraints
                                 including comments including storage including statistics)"
        ),
    )
    .await?;
    let next: i64 = sqlx::query_scalar("select nextval(pg_get_serial_sequence($1, 'record_id'))")
        .bind(&old)
        .fetch_one(&mut *connection)
        .await?;
    // What is written once from end to end needs no vacuum in between.
    run(
        connection,
        &format!(
            "alter table {new} alter column record_id restart with {next};
             alter table {new} set (autovacuum_enabled = false)"
        ),
    )
    .await
}

/// Takes over the records of documents that have no new ones.
async fn keep_records(
    connection: &mut PgConnection,
    generation: &Generation,
    model: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "insert into {new} overriding system value
         select old.* from {old} old
         where old.document_id in (
             select unnest(failed) from scanlift.generation_part where generation_id = $1
             union all
             select document_id from (select distinct document_id from {old}) having_records
             where not exists (select from scanlift.page p
                               where p.document_id = having_records.document_id and p.state = 'stored'))",
        new = next_table(model),
        old = table_of(model),
    );
    sqlx::query(AssertSqlSafe(sql)).bind(generation.id).execute(connection).await.map(|_| ())
}

/// Returns the statements that give the next table all that the one that is there has besides rows: constraints,
/// indexes, settings and rights.
async fn finishing_statements(
    connection: &mut PgConnection,
    model: &str,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "with own as (select to_regclass($1)::oid as id, to_regclass($1)::text as name, $2::text as next),
              settings as (select option from own join pg_class c on c.oid = own.id, unnest(c.reloptions) option)
         select statement from (
             select 1 as step, conname::text as name,
                    format('alter table %s add constraint %I %s', next, conname, pg_get_constraintdef(c.oid)) as statement
             from own join pg_constraint c on c.conrelid = own.id where contype in ('p', 'u', 'x')
             union all
             select 2, i.indexrelid::regclass::text,
                    replace(pg_get_indexdef(i.indexrelid), format(' ON %s USING ', own.name), format(' ON %s USING ', next))
             from own join pg_index i on i.indrelid = own.id
             where not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x'))
             union all
             select 3, conname::text,
                    format('alter table %s add constraint %I %s', next, conname, pg_get_constraintdef(c.oid))
             from own join pg_constraint c on c.conrelid = own.id where contype = 'f'
             union all
             select 4, '', format('alter table %s reset (autovacuum_enabled)', next) from own
             union all
             select 5, option, format('alter table %s set (%s)', next, option) from own, settings
             union all
             select 6, '', format('grant %s on %s to %s%s', a.privilege_type, next,
                                  case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
                                  case when a.is_grantable then ' with grant option' else '' end)
             from own join pg_class c on c.oid = own.id, aclexplode(c.relacl) a where a.grantee <> c.relowner
             union all
             select 7, attname::text, format('grant %s (%I) on %s to %s%s', a.privilege_type, t.attname, next,
                                       case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
                                       case when a.is_grantable then ' with grant option' else '' end)
             from own join pg_attribute t on t.attrelid = own.id and not t.attisdropped, aclexplode(t.attacl) a
             union all
             select 8, '', format('comment on table %s is %L', next, obj_description(own.id, 'pg_class')) from own
             union all
             select 9, '', format('analyze %s', next) from own) finishing
         order by step, name",
    )
    .bind(table_of(model))
    .bind(next_table(model))
    .fetch_all(connection)
    .await
}
