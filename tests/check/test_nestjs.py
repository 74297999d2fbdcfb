"""A program of NestJS: services that are handed in, and what stands before all routes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.review import Review, review

MAIN = """
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.setGlobalPrefix('api/v1');
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  await app.listen(3000);
}

bootstrap();
"""
MODULE = """
import { MiddlewareConsumer, Module, RequestMethod } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerGuard } from '@nestjs/throttler';
import { ItemsController } from './items/items.controller';

@Module({ controllers: [ItemsController], providers: [PROVIDERS] })
export class AppModule {
  configure(consumer: MiddlewareConsumer) {
    MIDDLEWARE
  }
}
"""
CONTROLLER = """
import { Controller, Delete, Get, Param, Post, Body, Query, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { ItemsService } from '@app/items/items.service';
import { CreateItem } from './dto';

@Controller({ path: 'items', version: '1' })
export class ItemsController {
  constructor(private readonly items: ItemsService) {}

  @Get()
  @UseGuards(AuthGuard('jwt'))
  find(@Query('name') name: string) {
    return this.items.find(name);
  }

  @Get(':id')
  @UseGuards(AuthGuard('jwt'))
  one(@Param('id') id: number) {
    return this.items.one(id);
  }

  @Post()
  create(@Body() body: CreateItem) {
    return this.items.create(body);
  }
}
"""
SERVICE = """
import { Injectable } from '@nestjs/common';
import { ItemStore } from './item.store';
import { CreateItem } from './dto';

@Injectable()
export class ItemsService {
  constructor(private readonly store: ItemStore) {}

  async find(name: string) {
    return this.store.where(`name = '${name}'`);
  }

  async one(id: number) {
    return this.store.where(`id = ${id}`);
  }

  async create(item: CreateItem) {
    return this.store.add(item);
  }
}
"""
STORE = """
export abstract class ItemStore {
  abstract where(condition: string): Promise<Item[]>;
  abstract add(item: Item): Promise<Item>;
}
"""
IMPLEMENTATION = """
import { Injectable } from '@nestjs/common';
import { DataSource, Repository } from 'typeorm';
import { ItemStore } from './item.store';

@Injectable()
export class SqlItemStore implements ItemStore {
  constructor(private readonly database: DataSource, private readonly items: Repository<Item>) {}

  where(condition: string) {
    return this.database.query('SELECT * FROM items WHERE ' + condition + ' LIMIT 20');
  }

  add(item: any) {
    return this.items.insert(item);
  }
}
"""
DTO = """
import { IsString, MaxLength } from 'class-validator';

export class CreateItem {
  @IsString()
  @MaxLength(100)
  name: string;
}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write(tmp_path, "package.json", '{"dependencies": {"@nestjs/common": "11"}}')
    write(tmp_path, "src/main.ts", MAIN)
    write(tmp_path, "src/app.module.ts", MODULE.replace("PROVIDERS", "").replace("MIDDLEWARE", ""))
    write(tmp_path, "src/items/items.controller.ts", CONTROLLER)
    write(tmp_path, "src/items/items.service.ts", SERVICE)
    write(tmp_path, "src/items/item.store.ts", STORE)
    write(tmp_path, "src/items/sql-item.store.ts", IMPLEMENTATION)
    write(tmp_path, "src/items/dto/index.ts", "export * from './create-item';\n")
    write(tmp_path, "src/items/dto/create-item.ts", DTO)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def rules(result: Review) -> dict[str, str]:
    return {each.rule: str(each.place) for each in result.findings}


def test_input_is_followed_through_services_that_are_handed_in_and_the_only_class_of_an_abstract_one(
    shop: Path,
) -> None:
    result = review(shop)
    found = [each for each in result.findings if each.rule == "sql-injection"]
    assert [str(each.place) for each in found] == ["src/items/sql-item.store.ts:11"], "by name, and not by number"
    assert [each.place.path.rpartition("/")[2] for each in found[0].proof] == [
        "items.controller.ts", "items.controller.ts", "items.service.ts", "items.service.ts", "sql-item.store.ts",
        "sql-item.store.ts",
    ]  # fmt: skip
    assert result.stacks == ("nestjs",)
    assert result.routes == 3


def test_with_two_classes_behind_an_abstract_one_nothing_is_guessed(shop: Path) -> None:
    write(shop, "src/items/other.store.ts", IMPLEMENTATION.replace("SqlItemStore", "OtherItemStore"))
    assert "sql-injection" not in rules(review(shop))


def test_a_pipe_for_all_routes_takes_unknown_fields_away(shop: Path) -> None:
    assert "mass-assignment" not in rules(review(shop))
    write(shop, "src/main.ts", MAIN.replace("whitelist: true, ", ""))
    assert rules(review(shop))["mass-assignment"] == "src/items/sql-item.store.ts:15"


@pytest.mark.parametrize(
    "providers,middleware,guarded",
    [
        ("", "", False),
        ("{ provide: APP_GUARD, useClass: AuthGuard }", "", True),
        ("{ provide: APP_GUARD, useClass: ThrottlerGuard }", "", False),
        ("", "consumer.apply(AuthMiddleware).forRoutes('*');", True),
        ("", "consumer.apply(AuthMiddleware).forRoutes({ path: 'v1/items', method: RequestMethod.POST });", True),
        ("", "consumer.apply(AuthMiddleware).forRoutes({ path: 'v1/items', method: RequestMethod.GET });", False),
        ("", "consumer.apply(AuthMiddleware).forRoutes(ItemsController);", True),
        ("", "consumer.apply(LoggerMiddleware).forRoutes('*');", False),
    ],
)
def test_guards_of_the_whole_application_are_seen(shop: Path, providers: str, middleware: str, guarded: bool) -> None:
    write(shop, "src/app.module.ts", MODULE.replace("PROVIDERS", providers).replace("MIDDLEWARE", middleware))
    found = rules(review(shop))
    assert ("missing-authentication" in found) != guarded
    assert guarded or found["missing-authentication"] == "src/items/items.controller.ts:24"


def test_a_file_that_is_no_typescript_is_told_and_passed_over(shop: Path) -> None:
    write(shop, "src/broken.ts", "%%% <<< }}}\n" * 5)
    result = review(shop)
    assert [each.path for each in result.skipped] == ["src/broken.ts"]
    assert "sql-injection" in rules(result)


@pytest.mark.parametrize(
    "searched,found",
    [("prices", True), ("item.prices", False), ("KNOWN", False), ("this.known", False), ("made", False)],
)
def test_a_search_is_slow_where_the_same_list_is_searched_in_every_turn(
    tmp_path: Path, searched: str, found: bool
) -> None:
    text = "export function join(items: Item[], prices: Price[]) {\n  for (const item of items) {\n"
    text += (
        f"    const made = parts(item);\n    item.price = {searched}.find((each) => each.id === item.id);\n  }}\n}}\n"
    )
    write(tmp_path, "src/join.ts", text)
    assert ("quadratic-lookup" in rules(review(tmp_path))) == found


def test_what_each_item_of_a_list_has_for_itself_is_not_searched_again_and_again(tmp_path: Path) -> None:
    text = "export const latest = (accounts: Account[]) =>\n  accounts.map((account) => {\n"
    text += "    return account.balances.find((balance) => balance.latest);\n  });\n"
    write(tmp_path, "src/latest.ts", text)
    assert "quadratic-lookup" not in rules(review(tmp_path))


def test_a_part_of_a_statement_is_no_statement(shop: Path) -> None:
    text = """
export class Rows {
  constructor(private readonly db: Kysely<Database>) {}

  async all(ids: string[]) {
    for (const id of ids) {
      const allowed = this.db.selectFrom('members').select('id').where('group', '=', id);
      await this.db.deleteFrom('rows').where('owner', 'in', allowed).execute();
    }
  }
}
"""
    write(shop, "src/rows.ts", text)
    assert "n-plus-one" not in rules(review(shop))
    write(
        shop,
        "src/rows.ts",
        text.replace("= this.db.selectFrom", "= await this.db.selectFrom").replace("id);", "id).execute();", 1),
    )
    assert rules(review(shop))["n-plus-one"] == "src/rows.ts:7"


def test_a_row_is_looked_up_by_what_stood_under_its_name_before(tmp_path: Path) -> None:
    text = "export async function load(users: UserRepository, user: User) {\n  user = await users.findOne(user.id);\n"
    write(tmp_path, "src/load.ts", text + "  return user;\n}\n")
    assert "unchecked-lookup" not in rules(review(tmp_path))
    write(tmp_path, "src/load.ts", text + "  return user.name;\n}\n")
    assert rules(review(tmp_path))["unchecked-lookup"] == "src/load.ts:3"
