"""Mutants that are no mistakes: (kind, name as a glob) → why the changed flow is still right at that place."""

DEFAULT = "a default stands in for data that are not there"
ASKS = "the condition asks just that: whether the data are there; where they are not, it does not hold"
SHOWN = "a condition on the way uses the same data (and is itself reported where it must not): behind it they are there"
OPEN = "the body of a webhook, or an event, may hold more than is described, and the use is guarded"

_MAY_FAIL = "data of a step that may have failed"

EQUIVALENT: dict[tuple[str, str], str] = {
    ("skipped branch", "*: past bounces to numbers*| default: *"): DEFAULT,
    ("skipped branch", "weekly_broadcast: past members to *| default: *"): DEFAULT,
    ("skipped branch", "weekly_broadcast: past state to *| default: *"): DEFAULT,
    ("skipped branch", "r01_erase: past who to */when/*"): ASKS,
    ("skipped branch", "r02_segment_export: past members to *| default: *"): DEFAULT,
    ("skipped branch", "r03_weekly_broadcast: past members to *| default: *"): DEFAULT,
    ("skipped branch", "r07_lead_in: past clean to company/branches/0/when/left*"): ASKS,
    ("skipped branch", "r09_deliverability: past each to *| default: *"): DEFAULT,
    (_MAY_FAIL, "segment_watch: segments for report/*"): SHOWN,
    (_MAY_FAIL, "weekly_broadcast: members for *| default: *"): DEFAULT,
    (_MAY_FAIL, "weekly_broadcast: state for *| default: *"): DEFAULT,
    (_MAY_FAIL, "r01_erase: who for */when/*"): ASKS,
    (_MAY_FAIL, "r01_erase: who for erase_*/identifier*"): SHOWN,
    (_MAY_FAIL, "r02_segment_export: pick for details/*"): SHOWN,
    (_MAY_FAIL, "r02_segment_export: details for told/*| default: *"): DEFAULT,
    (_MAY_FAIL, "r02_segment_export: members for file/*| default: *"): DEFAULT,
    (_MAY_FAIL, "r02_segment_export: file for told/*"): SHOWN,
    (_MAY_FAIL, "r03_weekly_broadcast: members for *| default: *"): DEFAULT,
    (_MAY_FAIL, "r06_fallback: watched for *"): SHOWN,
    (_MAY_FAIL, "r07_lead_in: clean for *"): SHOWN,
    (_MAY_FAIL, "r09_deliverability: each for *| default: *"): DEFAULT,
    (_MAY_FAIL, "r09_deliverability: rates for red/*"): SHOWN,
    ("missing path", "r01_erase: *, used by who/*trigger.body.*| default: *"): OPEN,
    ("missing path", "r05_preference_page: delivery_id, used by *"): OPEN,
    ("missing path", "r07_lead_in: *, used by clean/*trigger.body.*| default: *"): OPEN,
    ("missing path", "r14_push_report: *_id, used by *"): OPEN,
    ("field made optional", "r01_erase: *, used by who/*| default: *"): DEFAULT,
    ("field made optional", "r07_lead_in: email, used by clean/*| default: *"): DEFAULT,
    ("field renamed", "r04_bounce_sync.*trigger.x_data.*"): OPEN,
    ("field renamed", "r06_fallback.*trigger.x_data.*"): OPEN,
    ("error where all went well", "r14_push_report: *| default: *"): DEFAULT,
    (
        "wrong form",
        "r09_deliverability.each/collect: ''*",
    ): "it then collects nothing; what is wrong is the use of its results, and is found there",
}
"""Each is a choice that was looked at by hand; a test holds that none of them is stale."""
