"""Who works with Helix: people, teams, memberships, and the two kinds of key that open the door (links and tokens)."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from helix.ids import new_id
from helix.teams.roles import Role

KEEP_GOOD_DAYS, KEEP_FAILED_DAYS, KEEP_RUNS_DAYS = 14, 30, 400


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person; without a password only a sign-in link lets them in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(
        max_length=8, default="system", choices=[("system", "System"), ("light", "Light"), ("dark", "Dark")]
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class Team(models.Model):
    """People who share flows, connections and runs; nothing crosses from one team to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=48, unique=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    keep_good_days = models.PositiveSmallIntegerField(default=KEEP_GOOD_DAYS)  # data of runs that succeeded
    keep_failed_days = models.PositiveSmallIntegerField(default=KEEP_FAILED_DAYS)  # data of all other runs
    keep_runs_days = models.PositiveSmallIntegerField(default=KEEP_RUNS_DAYS)  # the runs themselves, without data
    needs_second_factor = models.BooleanField(default=False)  # opens to members who signed in with two factors only
    closing_at = models.DateTimeField(null=True)  # since when it is being deleted; nobody is a member any more
    allows_links = models.BooleanField(default=True)  # share links of its flows work
    two_publish = models.BooleanField(default=False)  # nobody publishes what they edited themselves
    members: "models.ManyToManyField[User, Member]" = models.ManyToManyField(
        User, through="Member", related_name="teams"
    )

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """One person's place in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "user"], name="one_place_in_a_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {self.role}"


class SignInLink(models.Model):
    """A link that signs one person in once. Only its digest is kept."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """A place in a team that is offered to an e-mail address. Only the digest of its key is kept; it can be used once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    inviter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class ApiToken(models.Model):
    """A key of the REST API. Only its digest and its last four characters are kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="tokens")
    maker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    digest = models.CharField(max_length=64, unique=True)
    last4 = models.CharField(max_length=4)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Limit(models.Model):
    """A row of Django's cache in the database: tries at the door, counted over all processes, and codes that were used."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
