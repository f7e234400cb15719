"""The acts of asking others about a dossier: agencies for opinions, the public for comments."""

from __future__ import annotations

import strawberry

from resolvers import opinion_acts, opinion_asking, opinion_following, posting_acts
from schema.acts import acts
from schema.dossier_acts import DossierStepResult
from schema.opinion import OpinionRequestResult
from schema.posting import CommentResult, PostDossierResult, SubmitCommentResult, submit_comment


@strawberry.type
class ConsultingMutation:
    """Asking others about a dossier, and what they say."""

    request_opinions: DossierStepResult = acts(opinion_asking.request_opinions)
    acknowledge_opinion: OpinionRequestResult = acts(opinion_acts.acknowledge_opinion)
    answer_opinion: OpinionRequestResult = acts(opinion_acts.answer_opinion)
    remind_opinion: OpinionRequestResult = acts(opinion_following.remind_opinion)
    withdraw_opinion: OpinionRequestResult = acts(opinion_following.withdraw_opinion)
    conclude_opinions: DossierStepResult = acts(opinion_acts.conclude_opinions)
    post_dossier: PostDossierResult = acts(posting_acts.post_dossier)
    comment_on_posting: CommentResult = acts(posting_acts.comment_on_posting)
    submit_comment: SubmitCommentResult = acts(submit_comment)
    record_comment: CommentResult = acts(posting_acts.record_comment)
    end_posting: DossierStepResult = acts(posting_acts.end_posting)
