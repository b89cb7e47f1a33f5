"""Where a team keeps its flows: folders, one within another at most, and tags. What is refused is a ValueError with a sentence."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from helix.flows.models import Flow, Folder, Tag
from helix.teams.models import Team

MOST_TAGS, MOST_LETTERS, MOST_OF_A_NAME, HUES = 20, 40, 60, 8
WITHIN = " / "


def tidy_path(text: str) -> str:
    """The path of a folder as it is kept: “Sales”, “Sales / Europe”."""
    parts = [" ".join(part.replace("\0", "").split()) for part in text.split("/")]
    parts = [part for part in parts if part]
    if not parts:
        raise ValueError("A folder needs a name.")
    if len(parts) > 2:
        raise ValueError("Folders go one level deep: “Folder” or “Folder / Sub”. Leave out one “/”.")
    if long := next((part for part in parts if len(part) > MOST_OF_A_NAME), None):
        raise ValueError(f"“{long[:20]}…” is too long for a folder: use at most {MOST_OF_A_NAME} characters.")
    return WITHIN.join(parts)


def folder_of(team: Team, text: str) -> Folder:
    """The team's folder of this path, made (with the one around it) when there is none; large and small letters are alike."""
    path = tidy_path(text)
    outer, within, inner = path.partition(WITHIN)
    with transaction.atomic():
        around = _folder(team, outer)
        return _folder(team, f"{around.path}{WITHIN}{inner}") if within else around


def _folder(team: Team, path: str) -> Folder:
    known = Folder.objects.filter(team=team, path__iexact=path).first()
    return known or Folder.objects.get_or_create(team=team, path=path)[0]


def found_folder(team: Team, text: str) -> Folder | None:
    """The team's folder of this path, if there is one."""
    try:
        return Folder.objects.filter(team=team, path__iexact=tidy_path(text)).first()
    except ValueError:
        return None


def with_inner(folder: Folder) -> Q:
    """The folder and those within it."""
    return Q(pk=folder.pk) | Q(team_id=folder.team_id, path__startswith=folder.path + WITHIN)


def rename_folder(folder: Folder, text: str) -> None:
    """Another path for the folder; those within it move along."""
    path = tidy_path(text)
    inner = list(
        Folder.objects.filter(team_id=folder.team_id, path__startswith=folder.path + WITHIN).exclude(pk=folder.pk)
    )
    if inner and WITHIN in path:
        raise ValueError(f"“{folder.path}” has folders within it, so it cannot go into another: one level is the most.")
    taken = Folder.objects.filter(team_id=folder.team_id, path__iexact=path).exclude(pk=folder.pk)
    if taken.exists():
        raise ValueError(f"There is a folder “{path}” already. Move the flows there, or choose another name.")
    with transaction.atomic():
        if WITHIN in path:
            around = folder_of(folder.team, path.partition(WITHIN)[0])
            if around.pk == folder.pk:
                raise ValueError("A folder cannot go into itself.")
            path = f"{around.path}{WITHIN}{path.partition(WITHIN)[2]}"
        before, folder.path = folder.path, path
        folder.save(update_fields=["path"])
        for one in inner:
            one.path = path + one.path[len(before) :]
            one.save(update_fields=["path"])


def delete_folder(folder: Folder) -> int:
    """Take the folder and those within it away. Its flows go back to the top; how many they are is returned."""
    with transaction.atomic():
        gone = Folder.objects.filter(with_inner(folder))
        count = Flow.objects.filter(folder__in=gone, deleted_at=None).update(folder=None)
        Flow.objects.filter(folder__in=gone).update(folder=None)
        gone.delete()
        return count


def read_tags(given: str | Iterable[str]) -> list[str]:
    """Tags from words parted by commas, or from a list: tidy, each once whatever its letters' size."""
    texts = [given] if isinstance(given, str) else list(given)
    found: dict[str, str] = {}
    for text in texts:
        for part in text.split(","):
            name = " ".join(part.replace("\0", "").split()).removeprefix("#")
            if len(name) > MOST_LETTERS:
                raise ValueError(f"“{name[:20]}…” is too long for a tag: use at most {MOST_LETTERS} characters.")
            if name:
                found.setdefault(name.casefold(), name)
    if len(found) > MOST_TAGS:
        raise ValueError(f"{len(found)} tags are too many for a flow: {MOST_TAGS} are the most.")
    return list(found.values())


def put_tags(flow: Flow, given: str | Iterable[str]) -> list[str]:
    """These tags and no others for the flow; the names as the team writes them."""
    names = read_tags(given)
    with transaction.atomic():
        tags = _tags(flow.team, names)
        flow.tags.set(tags)
        forget_unused(flow.team)
    return [tag.name for tag in tags]


def add_tags(flow: Flow, names: Sequence[str]) -> None:
    """These tags besides those it has; refused when they would be too many."""
    has = list(flow.tags.values_list("name", flat=True))
    read_tags([*has, *names])
    flow.tags.add(*_tags(flow.team, names))


def remove_tags(flow: Flow, names: Sequence[str]) -> bool:
    """Without these tags; whether it had one of them."""
    wanted = {name.casefold() for name in names}
    found = [tag for tag in flow.tags.all() if tag.name.casefold() in wanted]
    flow.tags.remove(*found)
    return bool(found)


def _tags(team: Team, names: Sequence[str]) -> list[Tag]:
    known = {tag.name.casefold(): tag for tag in Tag.objects.filter(team=team)}
    return [known.get(name.casefold()) or Tag.objects.get_or_create(team=team, name=name)[0] for name in names]


def forget_unused(team: Team) -> None:
    """Tags that no flow wears go."""
    Tag.objects.filter(team=team, flows=None).delete()


def tags_of(team: Team) -> QuerySet[Tag]:
    """The team's tags that a flow on the shelf wears, by name."""
    return Tag.objects.filter(team=team, flows__deleted_at=None).distinct().order_by("name")


def hue(name: str) -> int:
    """Which of the calm colours a tag wears: always the same for the same word."""
    return sum((at + 1) * ord(letter) for at, letter in enumerate(name.casefold())) % HUES


def place(flow: Flow, folder: str | None) -> None:
    """Put the flow into the folder of this path, or to the top."""
    flow.folder = folder_of(flow.team, folder) if folder and folder.strip() else None
    flow.save(update_fields=["folder"])
