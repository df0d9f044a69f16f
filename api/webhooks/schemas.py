"""What gateways are answered."""

from api.edge.schemas import AnswerSchema


class TakenAnswer(AnswerSchema):
    """An empty object: the event is kept, or is none of ours."""
