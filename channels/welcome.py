"""What the demo says when it is ready: where it is, who may sign in, and what to try first."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table

from channels.contract import CHANNELS, MOBILE, PORTAL, WEB
from channels.web.composer import SIGN_IN
from models.access import Role
from models.demo import ACCOUNTS
from models.demo.tracking import Receipt

FOR_WHOM = {
    PORTAL: "người dân · the public",
    MOBILE: "cá nhân, tập thể được đề nghị · nominees",
    WEB: "cán bộ · staff",
}


def say(out: Console, address: str, tracked: Receipt | None = None) -> None:
    """Print it all, and last the line that programs wait for: `ready http://…`."""
    out.print()
    out.print(addresses(address))
    out.print(accounts())
    out.print("\n[bold]Thử ngay · To try[/]")
    for what, command in (commands(address) | tracking(address, tracked)).items():
        out.print(f"[dim]# {what}[/]", soft_wrap=True)
        out.print(command, soft_wrap=True, markup=False)
    out.print("\nCtrl-C để dừng, dữ liệu ở lại · Ctrl-C stops it, the data stay.")
    out.print(f"ready {address}", soft_wrap=True)
    out.file.flush()


def addresses(address: str) -> Table:
    """The start page, the three channels, and where staff sign in by a browser."""
    table = Table.grid(padding=(0, 2))
    table.add_row(f"[bold]{address}/[/]", "trang đầu · the start page")
    for channel in CHANNELS:
        table.add_row(f"{address}{channel.path}", FOR_WHOM[channel])
    table.add_row(f"{address}{SIGN_IN}", "cán bộ soạn truy vấn trên trình duyệt · staff compose queries")
    return table


def accounts() -> Table:
    """The demo's accounts; their one password is in the title."""
    title = f"Tài khoản minh hoạ · demo accounts — mật khẩu · password: [bold]{ACCOUNTS[0].password}[/]"
    table = Table("tên · user name", "vai trò · role", "đơn vị · agency", title=title, title_justify="left", box=None)
    for account in ACCOUNTS:
        table.add_row(account.username, f"{account.label}\n[dim]{account.label_en}[/]", account.agency)
    return table


def commands(address: str) -> dict[str, str]:
    """One question, one sign-in and one subscription, ready for a shell."""
    latest = urlencode({"documentId": "LatestDecisions", "variables": json.dumps({"first": 3}, separators=(",", ":"))})
    officer = next(account for account in ACCOUNTS if account.role is Role.UNIT_OFFICER)
    who = f'{{username: "{officer.username}", password: "{officer.password}"}}'
    body = json.dumps({"query": f"mutation {{ signIn(input: {who}) {{ ... on Session {{ token }} }} }}"})
    return {
        "quyết định mới nhất · the newest decisions": f"curl -s '{address}{PORTAL.path}?{latest}'",
        "đăng nhập · sign in": f"curl -s {address}{WEB.path} -H 'Content-Type: application/json' -d '{body}'",
        "mỗi quyết định vừa công bố · each decision as it is published": (
            f"curl -sN '{address}{PORTAL.path}?documentId=DecisionPublished' -H 'Accept: text/event-stream'"
        ),
    }


def tracking(address: str, tracked: Receipt | None) -> dict[str, str]:
    """How to follow one dossier without an account: by its receipt's code and six digits."""
    if tracked is None:
        return {}
    said = {"input": {"code": tracked.code, "secondFactor": tracked.factor}}
    body = json.dumps({"documentId": "TrackDossier", "variables": said})
    what = f"tra cứu hồ sơ · follow dossier {tracked.dossier}: mã · code {tracked.code}, 6 số · digits {tracked.factor}"
    return {what: f"curl -s {address}{MOBILE.path} -H 'Content-Type: application/json' -d '{body}'"}
