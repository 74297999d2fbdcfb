"""A program of Spring Boot: beans that are handed in, chains of filters, and annotations on interfaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.review import Review, review

CONTROLLER = """
package shop.web;

import java.util.List;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.bind.annotation.*;
import shop.items.*;

@RestController
@RequestMapping("/api/items")
public class ItemController {
    @Autowired
    private ItemService items;

    @GetMapping
    public List<Item> find(ItemSearch search) {
        return items.find(search);
    }

    @DeleteMapping("/{id}")
    public void remove(@PathVariable String id) {
        items.remove(id);
    }
}
"""
SEARCH = """
package shop.items;

import lombok.Data;

@Data
public class ItemSearch {
    private String name;
    private Integer page;
}
"""
SERVICE = """
package shop.items;

import java.util.List;

public interface ItemService {
    List<Item> find(ItemSearch search);

    void remove(String id);
}
"""
IMPLEMENTATION = """
package shop.items;

import java.util.List;
import org.springframework.stereotype.Service;

@Service
public class SqlItemService implements ItemService {
    private final ItemStore store;

    public SqlItemService(ItemStore store) {
        this.store = store;
    }

    @Override
    public List<Item> find(ItemSearch search) {
        store.where("page = " + search.getPage());
        return store.where("name = '" + search.getName() + "'");
    }

    @Override
    public void remove(String id) {
        store.delete(id);
    }
}
"""
STORE = """
package shop.items;

import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

@Repository
class ItemStore {
    private final JdbcTemplate jdbc;

    ItemStore(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    List<Item> where(String condition) {
        StringBuilder text = new StringBuilder("SELECT * FROM items WHERE ");
        text.append(condition).append(" LIMIT 20");
        return jdbc.query(text.toString(), Item.ROWS);
    }

    void delete(String id) {
        jdbc.update("DELETE FROM items WHERE id = ?", id);
    }
}
"""
SECURITY = """
package shop;

import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

class Security {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests RULES).build();
    }
}
"""
MINE = """
    @GetMapping("/mine")
    @PreAuthorize("isAuthenticated()")
    public void mine() {}

    @DeleteMapping"""
RATES = """
import org.springframework.web.client.RestTemplate;

class Rates {
    private final RestTemplate client;

    Rates(RestTemplate client) {
        this.client = client;
    }

    String rates() {
        return client.getForObject("https://rates.example", String.class);
    }
}
"""
CLIENTS = """
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestTemplate;

class Clients {
    @Bean
    RestTemplate client(Builder builder) {
        return builder SET.build();
    }
}
"""
ITEM = """
package shop.items;

public class Item {
    private String name;

    public void setName(String name) {
        this.name = name;
    }

    public String getName() {
        return name;
    }
}
"""
ROOT = "src/main/java/shop/"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write(tmp_path, "pom.xml", "<artifactId>spring-boot-starter-web</artifactId><groupId>org.springframework.boot")
    write(tmp_path, ROOT + "web/ItemController.java", CONTROLLER)
    write(tmp_path, ROOT + "items/ItemSearch.java", SEARCH)
    write(tmp_path, ROOT + "items/ItemService.java", SERVICE)
    write(tmp_path, ROOT + "items/SqlItemService.java", IMPLEMENTATION)
    write(tmp_path, ROOT + "items/ItemStore.java", STORE)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def rules(result: Review) -> dict[str, str]:
    return {each.rule: str(each.place) for each in result.findings}


def test_input_is_followed_from_an_object_through_beans_and_the_only_class_of_an_interface(shop: Path) -> None:
    result = review(shop)
    found = [each for each in result.findings if each.rule == "sql-injection"]
    assert [str(each.place) for each in found] == [ROOT + "items/ItemStore.java:19"]
    files = [each.place.path.rpartition("/")[2] for each in found[0].proof]
    assert files[0] == "ItemController.java", "where it enters"
    assert list(dict.fromkeys(files)) == ["ItemController.java", "SqlItemService.java", "ItemStore.java"]
    assert any("SqlItemService" in step.place.path and step.place.line == 18 for step in found[0].proof), "the name"
    assert result.stacks == ("spring",)
    assert result.routes == 2


def test_a_number_in_the_same_object_is_harmless(shop: Path) -> None:
    write(shop, ROOT + "items/SqlItemService.java", IMPLEMENTATION.replace("search.getName()", "search.getPage()"))
    assert "sql-injection" not in rules(review(shop))


def test_with_two_classes_behind_an_interface_nothing_is_guessed(shop: Path) -> None:
    other = IMPLEMENTATION.replace("SqlItemService", "OtherItemService")
    write(shop, ROOT + "items/OtherItemService.java", other)
    assert "sql-injection" not in rules(review(shop))


@pytest.mark.parametrize(
    "chain,guarded",
    [
        ('.requestMatchers("/api/**").permitAll().anyRequest().authenticated()', None),
        (".anyRequest().authenticated()", True),
        (".anyRequest().permitAll()", False),
        ('.requestMatchers(HttpMethod.DELETE).hasRole("ADMIN").anyRequest().permitAll()', True),
        ('.requestMatchers("/api/orders/**").authenticated().anyRequest().permitAll()', False),
        ('.requestMatchers("/api/items/*").authenticated().anyRequest().permitAll()', True),
        ('.requestMatchers("/login", "/health").permitAll().requestMatchers("/api/**").authenticated()', True),
    ],
)
def test_the_rules_of_a_chain_of_filters_are_read_in_order(shop: Path, chain: str, guarded: bool | None) -> None:
    write(shop, ROOT + "Security.java", SECURITY.replace("RULES", chain))
    write(shop, ROOT + "web/ItemController.java", CONTROLLER.replace("    @DeleteMapping", MINE, 1))
    found = [each.place.line for each in review(shop).findings if each.rule == "missing-authentication"]
    assert (26 in found) == (guarded is False), "line 26 is that of the route that deletes"


def test_the_annotations_of_an_interface_count_for_the_class_that_fills_it(shop: Path) -> None:
    api = CONTROLLER.replace("public class ItemController {", "public interface ItemApi {").replace(
        "@RestController", ""
    )
    api = api.replace("    @Autowired\n    private ItemService items;\n\n", "").replace("public ", "", 2)
    api = api.replace(" {\n        return items.find(search);\n    }", ";").replace(
        " {\n        items.remove(id);\n    }", ";"
    )
    own = CONTROLLER.replace("class ItemController", "class ItemController implements ItemApi")
    for each in (
        "    @GetMapping\n",
        '    @DeleteMapping("/{id}")\n',
        "@PathVariable ",
        '@RequestMapping("/api/items")\n',
    ):
        own = own.replace(each, "")
    write(shop, ROOT + "web/ItemApi.java", api.replace("interface ItemApi", "public interface ItemApi"))
    write(shop, ROOT + "web/ItemController.java", own)
    result = review(shop)
    assert result.routes == 2
    assert rules(result)["sql-injection"] == ROOT + "items/ItemStore.java:19"


def test_a_client_that_is_handed_in_has_the_time_out_of_the_function_that_makes_it(shop: Path) -> None:
    write(shop, ROOT + "Rates.java", RATES)
    write(shop, ROOT + "Clients.java", CLIENTS.replace(" SET", ""))
    assert rules(review(shop))["call-without-timeout"] == ROOT + "Rates.java:12"
    write(shop, ROOT + "Clients.java", CLIENTS.replace(" SET", ".setReadTimeout(TWO)"))
    assert "call-without-timeout" not in rules(review(shop))


def test_tests_are_not_reported_and_what_is_no_java_is_told_and_passed_over(shop: Path) -> None:
    write(shop, "src/test/java/shop/StoreTest.java", 'class StoreTest { String jwtSecret = "k7Gq2vXw9ZpLr4Tn8sBd"; }')
    write(shop, ROOT + "Broken.java", "%%% <<< }}}\n" * 5)
    write(shop, ROOT + "Deep.java", "class Deep { int x = " + "(" * 4_000 + ")" * 4_000 + "; }")
    write(shop, "build/Made.java", "class Made { }")
    result = review(shop)
    assert {each.path for each in result.skipped} == {ROOT + "Broken.java", ROOT + "Deep.java"}
    assert "secret-in-code" not in rules(result)
    assert "sql-injection" in rules(result)


@pytest.mark.parametrize(
    "name,text,found",
    [
        ("application.properties", "management.endpoints.web.exposure.include=*\n", {"debug-on"}),
        ("application.properties", "# management.endpoints.web.exposure.include=*\n", set()),
        ("application-dev.properties", "management.endpoints.web.exposure.include=*\n", set()),
        ("application.yml", "spring:\n  h2:\n    console:\n      enabled: true\n", {"debug-on"}),
        ("application-h2.yml", "spring:\n  h2:\n    console:\n      enabled: true\n", set()),
        ("application.yml", "spring:\n  h2:\n    console:\n      path: /h2\n  console:\n    enabled: true\n", set()),
        ("application.yaml", "server.error.include-stacktrace: always\n", {"debug-on"}),
        ("application.yml", "jwt:\n  secret: k7Gq2vXw9ZpLr4Tn8sBd  # of all\n", {"secret-in-code"}),
        ("application.yml", "jwt:\n  secret: ${JWT_SECRET}\n", set()),
        ("docker-compose.yml", "jwt:\n  secret: k7Gq2vXw9ZpLr4Tn8sBd\n", set()),
    ],
)
def test_files_of_settings_are_read(tmp_path: Path, name: str, text: str, found: set[str]) -> None:
    write(tmp_path, f"src/main/resources/{name}", text)
    assert set(rules(review(tmp_path))) == found


def test_a_setter_changes_its_own_row_and_nobody_elses(shop: Path) -> None:
    write(shop, ROOT + "items/Item.java", ITEM)
    body = """
    @Override
    public List<Item> find(ItemSearch search) {
        Item made = new Item();
        made.setName(search.getName());
        Item other = new Item();
        return store.where("name = '" + WHICH.getName() + "'");
    }

    @Override
    public void remove"""
    start, end = IMPLEMENTATION.index("\n    @Override\n    public List"), IMPLEMENTATION.index(" remove")
    for which, found in (("made", True), ("other", False)):
        text = IMPLEMENTATION[:start] + body.replace("WHICH", which).removesuffix(" remove") + IMPLEMENTATION[end:]
        write(shop, ROOT + "items/SqlItemService.java", text)
        assert ("sql-injection" in rules(review(shop))) == found, which


@pytest.mark.parametrize(
    "call,looped",
    [("ids.stream().map(id -> rows.findById(id))", True), ("first.map(id -> rows.findById(id))", False)],
)
def test_a_function_for_an_optional_is_called_once(shop: Path, call: str, looped: bool) -> None:
    text = f"""
package shop.web;

import java.util.*;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.web.bind.annotation.*;

interface Rows extends JpaRepository<Row, Long> {{}}

@RestController
class RowController {{
    private Rows rows;

    @GetMapping("/rows")
    Object find(@RequestParam List<Long> ids, @RequestParam Optional<Long> first) {{
        return {call};
    }}
}}
"""
    write(shop, ROOT + "web/RowController.java", text)
    assert ("n-plus-one" in rules(review(shop))) == looped


def test_a_method_of_the_class_above_is_followed_for_the_same_row(shop: Path) -> None:
    above = IMPLEMENTATION.replace("class SqlItemService implements ItemService", "abstract class Above")
    above = above.replace("SqlItemService", "Above").replace("@Service", "").replace("    @Override\n", "")
    write(shop, ROOT + "items/Above.java", above)
    below = IMPLEMENTATION.replace("implements ItemService", "extends Above implements ItemService")
    below = below.replace('store.where("name = \'" + search.getName() + "\'")', "super.find(search)")
    below = below.replace('        store.where("page = " + search.getPage());\n', "")
    write(shop, ROOT + "items/SqlItemService.java", below)
    found = next(each for each in review(shop).findings if each.rule == "sql-injection")
    assert ROOT + "items/Above.java" in {step.place.path for step in found.proof}


ANNOTATED = """
package shop.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.client.RestTemplate;

@RestController
@CrossOrigin(originPatterns = "*", allowCredentials = "true")
public class AccountController {
    private static final Logger LOG = LoggerFactory.getLogger(AccountController.class);
    private ArticleRepository articleRepository;

    @PostMapping("/accounts")
    public void open(@RequestBody NewAccount account) {
        LOG.info("a new account {} with {}", account.getName(), account.getPassword());
        new RestTemplate().postForLocation("https://search.example/accounts", account.getName());
    }

    @PreAuthorize("isAuthenticated()")
    @DeleteMapping("/articles/{slug}")
    public void remove(@PathVariable String slug) {
        Article article = articleRepository.findBySlug(slug);
        CHECKED
        articleRepository.delete(article);
    }
}

interface ArticleRepository extends org.springframework.data.jpa.repository.JpaRepository<Article, Long> {
    Article findBySlug(String slug);
}
"""


@pytest.mark.parametrize("checked", ["", "if (!Rights.canWriteArticle(article)) throw new NotAllowed();"])
def test_what_the_annotations_of_a_class_getters_in_a_log_and_a_removed_row_tell(tmp_path: Path, checked: str) -> None:
    file = tmp_path / "src/main/java/shop/web/AccountController.java"
    file.parent.mkdir(parents=True)
    file.write_text(ANNOTATED.replace("CHECKED", checked))
    found = {each.rule for each in review(tmp_path).findings}
    assert {"cors-with-credentials", "secret-in-log", "call-without-timeout"} <= found
    assert ("object-without-owner" in found) == (not checked)
