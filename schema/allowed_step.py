"""What may be done with a dossier next, and why: told by the judges that the acts ask."""

from __future__ import annotations

import strawberry

from models.access import Role
from models.workflow import Step


@strawberry.type
class Because:
    """One reason why a step may or may not be taken."""

    code: str = strawberry.field(
        description="`RoleHeld` hoặc `DelegatedRole` khi được; tên loại từ chối khi không. · Why it may be taken; or "
        "the refusal's type."
    )
    rule: str | None = strawberry.field(description="Mã quy tắc của `RuleNotMet`. · The rule of a `RuleNotMet`.")
    message: str = strawberry.field(description="Lý do và việc cần làm, tiếng Việt.")
    message_en: str = strawberry.field(description="The reason and what to do next, in English.")
    article: str = strawberry.field(
        description="Căn cứ; `province` là phân công của tỉnh. · The article it comes from."
    )


@strawberry.type
class AllowedStep:
    """A step, whether the viewer may take it now, and why."""

    step: Step = strawberry.field(description="Bước. · The step.")
    act: str = strawberry.field(description="Mutation thực hiện bước này. · The mutation that takes it.")
    allowed: bool = strawberry.field(description="Bạn có được thực hiện ngay không. · Whether you may take it now.")
    because: list[Because] = strawberry.field(
        description="Vì sao được, hoặc mọi điều cản trở, điều đầu tiên là câu trả lời của mutation. · Why it may be "
        "taken; or all that stands against it, first what the act would answer."
    )
    who_can: list[Role] = strawberry.field(description="Vai trò được thực hiện. · Roles that may take it.")
