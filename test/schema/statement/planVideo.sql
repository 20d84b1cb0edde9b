select workspace_id, token_id, role from viewer_of($1);
begin ;
select set_config('seedbed.workspace', $1, true);
select "id", "brand_id" from "matrix" where "matrix"."id" = any($1::bigint[]);
select "matrix_element"."matrix_id", "element"."id", "element"."kind" from "matrix_element" inner join "element" on (("element"."workspace_id" = "matrix_element"."workspace_id") and ("element"."id" = "matrix_element"."element_id")) where (("matrix_element"."matrix_id" = any($1::bigint[])) and ("matrix_element"."element_id" = any($2::bigint[])) and (("element"."archived_at" is null)));
select "id", "kind", "element_id", "other_id", "reason" from "pair" where (("pair"."element_id" = any($1::bigint[])) and (("pair"."lifted_at" is null)))
  order by "pair"."id";
select "id", "archived_at" from "kol" where "kol"."id" = any($1::bigint[]);

    insert into cell (matrix_id, persona_id, product_id, scene_id, need_id)
    select matrix_id, persona_id, product_id, scene_id, need_id from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) as "wanted"("matrix_id", "persona_id", "product_id", "scene_id", "need_id")
    on conflict do nothing;

      select cell.id, concat_ws('/', cell.matrix_id, coalesce(cell.persona_id, 0), coalesce(cell.product_id, 0),
        coalesce(cell.scene_id, 0), coalesce(cell.need_id, 0)) as key
      from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) as "wanted"("matrix_id", "persona_id", "product_id", "scene_id", "need_id")
      join cell on cell.workspace_id = current_workspace() and cell.matrix_id = wanted.matrix_id
        and coalesce(cell.persona_id, 0) = coalesce(wanted.persona_id, 0)
        and coalesce(cell.product_id, 0) = coalesce(wanted.product_id, 0)
        and coalesce(cell.scene_id, 0) = coalesce(wanted.scene_id, 0)
        and coalesce(cell.need_id, 0) = coalesce(wanted.need_id, 0);

      insert into video (brand_id, cell_id, kol_id, purpose, title, programme_id, hook, format, phase_id, planned_for,
        stage, created_at)
      select brand_id, cell_id, kol_id, purpose, title, programme_id, hook, format, phase_id, planned_for,
        'PLANNED', $1::timestamptz
      from unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::bigint[], $12::timestamptz[]) as "line"("index", "brand_id", "cell_id", "kol_id", "purpose", "title", "programme_id", "hook", "format", "phase_id", "planned_for")
  order by index returning id;
commit;
begin isolation level repeatable read read only; set local seedbed.workspace = '…';
select "d0"."id" as "id", "d0"."title" as "title", "kol"."r" as "kol", "cell"."r" as "cell" from "video" as "d0"
  left join lateral(select row_to_json("t".*) "r" from (select "d1"."id"::text as "id", "d1"."name" as "name" from "kol" as "d1" where (("d0"."workspace_id" = "d1"."workspace_id") and ("d0"."kol_id" = "d1"."id")) limit $1) as "t") as "kol" on true
  left join lateral(select row_to_json("t".*) "r" from (select "d1"."id"::text as "id", "persona"."r" as "persona" from "cell" as "d1"
  left join lateral(select row_to_json("t".*) "r" from (select "d2"."id"::text as "id", "d2"."name" as "name" from "element" as "d2" where (("d1"."workspace_id" = "d2"."workspace_id") and ("d1"."persona_id" = "d2"."id")) limit $2) as "t") as "persona" on true where (("d0"."workspace_id" = "d1"."workspace_id") and ("d0"."cell_id" = "d1"."id")) limit $3) as "t") as "cell" on true where "d0"."id" = $4 limit $5;
commit