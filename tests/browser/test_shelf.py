"""The shelf of flows in a real browser: searching, choosing many, moving, deleting and bringing back; the command bar by keys."""

import re

from playwright.sync_api import Page, expect

MAKE = """async (names) => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  for (const name of names) {
    const body = new FormData();
    body.set('name', name);
    await fetch('/t/demo/flows/new/', { method: 'POST', headers: { 'X-CSRFToken': token }, body });
  }
}"""


def make(page: Page, *names: str) -> None:
    page.goto("/t/demo/flows/")
    page.evaluate(MAKE, list(names))
    page.goto("/t/demo/flows/")


def found(page: Page) -> list[str]:
    return page.locator(".flows a.title").all_inner_texts()


def test_searching_narrows_the_list_and_the_address_as_one_types(page: Page) -> None:
    make(page, "Zebra one", "Zebra two")

    page.keyboard.press("/")
    page.keyboard.type("zebra")

    expect(page.locator(".flows a.title")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/flows/\?q=zebra$"))
    page.get_by_label("State", exact=True).select_option("published")
    expect(page.get_by_text("No flow fits “zebra”")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=zebra&state=published$"))
    page.reload()
    expect(page.get_by_role("searchbox", name="Find a flow")).to_have_value("zebra")
    page.get_by_role("link", name="Only “zebra”").click()
    expect(page.locator(".flows a.title")).to_have_count(2)


def test_many_are_chosen_with_shift_and_moved_into_a_new_folder(page: Page) -> None:
    make(page, "Move A", "Move B", "Move C")
    page.goto("/t/demo/flows/?q=move&sort=name")
    boxes = page.locator('.flows input[name="flow"]')
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-chosen-count]")).to_have_text("3 flows chosen")

    page.get_by_role("button", name="Move…").click()
    page.get_by_label("or to a new one").fill("Moved / Here")
    page.locator('[data-action="begin"]').click()

    expect(page.get_by_role("heading", name="3 flows moved to “Moved / Here”")).to_be_visible()
    expect(page.locator('[data-result="done"]')).to_have_count(3)
    page.get_by_role("link", name="To the flows").click()
    folders = page.get_by_role("navigation", name="Folders")
    folders.get_by_role("link", name="Here 3").click()
    expect(page.locator(".flows a.title")).to_have_count(3)
    assert found(page) == ["Move A", "Move B", "Move C"]


def test_folder_and_tags_are_changed_in_a_dialog_from_the_row(page: Page) -> None:
    make(page, "Tag me")
    page.goto("/t/demo/flows/?q=tag+me")
    page.locator(".flows .more summary").first.click()
    page.get_by_role("link", name="Folder and tags…").click()
    dialog = page.get_by_role("dialog", name="Folder and tags of “Tag me”")
    dialog.get_by_label("or a new one").fill("A / B / C")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Folders go one level deep")

    dialog.get_by_label("or a new one").fill("Tagged")
    dialog.get_by_label("ags").last.fill("calm, quiet")
    dialog.get_by_role("button", name="Save").click()

    row = page.locator(".flows tbody tr")
    expect(row.locator(".tag")).to_have_text(["calm", "quiet"])
    expect(row.locator(".in-folder")).to_have_text("Tagged")


def test_what_was_deleted_is_brought_back(page: Page) -> None:
    make(page, "Thrown away")
    page.goto("/t/demo/flows/?q=thrown")
    page.locator('.flows input[name="flow"]').check()
    page.get_by_role("button", name="Delete…").click()
    page.locator('[data-action="begin"]').click()
    expect(page.get_by_role("heading", name="1 flow deleted")).to_be_visible()

    page.goto("/t/demo/flows/deleted/")
    page.get_by_role("row", name=re.compile("Thrown away")).get_by_role("button").click()

    expect(page.get_by_text("“Thrown away” is back, switched off.")).to_be_visible()
    expect(page.get_by_role("link", name="Thrown away")).to_be_visible()


def test_the_command_bar_goes_everywhere_with_keys_alone(page: Page) -> None:
    make(page, "Keyboard flow")
    bar, field = page.locator("dialog.command"), page.get_by_role("combobox", name="Search and commands")
    options = bar.get_by_role("option")

    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("keyboard flow")
    expect(options.first).to_contain_text("Keyboard flow")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "command-0")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/flows/[0-9a-f-]{36}/$"))

    page.goto("/t/demo/runs/")
    page.keyboard.press("Control+k")
    expect(bar.locator(".group-title").first).to_have_text("Recent")
    expect(options.first).to_contain_text("Keyboard flow")
    page.keyboard.type("connect an http")
    expect(options.first).to_contain_text("Connect an HTTP service")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Connect an HTTP service")).to_be_visible()

    page.goto("/account/")
    page.keyboard.press("Control+k")
    page.keyboard.type("audit")
    expect(options.first).to_contain_text("Audit log")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/t/demo/audit/$"))


def test_the_command_bar_finds_a_run_by_its_id_and_runs_a_flow(page: Page) -> None:
    page.goto("/t/demo/runs/")
    run = page.locator("tr[data-run] a.title, tr[data-run] a").first.get_attribute("href") or ""
    found_id = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", run)
    assert found_id is not None
    options = page.locator("dialog.command").get_by_role("option")

    page.keyboard.press("Control+k")
    page.keyboard.type(found_id.group())
    expect(options.first).to_contain_text(found_id.group()[:8])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(found_id.group()))
    page.wait_for_load_state()

    page.keyboard.press("Control+k")
    page.keyboard.type("run a flow that fails")
    expect(options.first).to_contain_text("Run “A flow that fails")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/start/$"))
