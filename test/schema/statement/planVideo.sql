select workspace_id, token_id, role from viewer_of($1);
begin ;
select set_config('seedbed.workspace', $1, true);
select "workspace_id", "id", "brand_id", "name", "created_at" from "matrix" where "matrix"."id" = $1;
select "id" from "kol" where "kol"."id" = $1;
select "element"."id", "element"."kind" from "matrix_element" inner join "element" on (("element"."workspace_id" = "matrix_element"."workspace_id") and ("element"."id" = "matrix_element"."element_id")) where (("matrix_element"."matrix_id" = $1) and ("element"."id" in ($2, $3, $4, $5, $6)) and (("element"."archived_at" is null)));
insert into "cell" ("workspace_id", "matrix_id", "persona_id", "product_id", "scene_id", "need_id") values (default, $1, $2, $3, $4, $5) on conflict do nothing returning "id";
select "id" from "cell" where (("cell"."matrix_id" = $1) and ("cell"."persona_id" = $2) and ("cell"."product_id" = $3) and ("cell"."scene_id" = $4) and ("cell"."need_id" = $5));
insert into "video" ("workspace_id", "brand_id", "cell_id", "kol_id", "purpose", "title", "stage", "planned_for", "published_at", "platform", "item_id", "persona_version", "product_version", "scene_version", "need_version", "tier", "created_at") values (default, $1, $2, $3, $4, $5, $6, default, default, default, default, default, default, default, default, default, $7) returning "id";
commit;
begin isolation level repeatable read read only; set local seedbed.workspace = '…';
select "d0"."id" as "id", "d0"."title" as "title", "kol"."r" as "kol", "cell"."r" as "cell" from "video" as "d0"
  left join lateral(select row_to_json("t".*) "r" from (select "d1"."id"::text as "id", "d1"."name" as "name" from "kol" as "d1" where (("d0"."workspace_id" = "d1"."workspace_id") and ("d0"."kol_id" = "d1"."id")) limit $1) as "t") as "kol" on true
  left join lateral(select row_to_json("t".*) "r" from (select "d1"."id"::text as "id", "persona"."r" as "persona" from "cell" as "d1"
  left join lateral(select row_to_json("t".*) "r" from (select "d2"."id"::text as "id", "d2"."name" as "name" from "element" as "d2" where (("d1"."workspace_id" = "d2"."workspace_id") and ("d1"."persona_id" = "d2"."id")) limit $2) as "t") as "persona" on true where (("d0"."workspace_id" = "d1"."workspace_id") and ("d0"."cell_id" = "d1"."id")) limit $3) as "t") as "cell" on true where "d0"."id" = $4 limit $5;
commit