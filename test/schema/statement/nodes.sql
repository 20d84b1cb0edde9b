select workspace_id, token_id, role from viewer_of($1);
begin isolation level repeatable read read only; set local seedbed.workspace = '…';
select "d0"."id" as "id", "d0"."title" as "title", "kol"."r" as "kol" from (select "d0".* from "video" as "d0" where "d0"."id" in ($1)) as "d0"
  left join lateral(select row_to_json("t".*) "r" from (select "d1"."id"::text as "id", "d1"."name" as "name" from "kol" as "d1" where (("d0"."workspace_id" = "d1"."workspace_id") and ("d0"."kol_id" = "d1"."id")) limit $2) as "t") as "kol" on true;
select "d0"."id" as "id", "d0"."name" as "name", "matrices"."r" as "matrices" from (select "d0".* from "brand" as "d0" where "d0"."id" in ($1)) as "d0"
  left join lateral(select coalesce(json_agg(row_to_json("t".*)), '[]') as "r" from (select "d1"."id"::text as "id", "d1"."name" as "name" from "matrix" as "d1" where (("d0"."workspace_id" = "d1"."workspace_id") and ("d0"."id" = "d1"."brand_id"))
  order by "d1"."id" desc limit $2) as "t") as "matrices" on true;
commit