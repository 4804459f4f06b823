"""Subject: whether a citizen or an enterprise speaks."""

import re

from classifiers.alternatives import any_of
from classifiers.phrases import LongestPhraseFinder
from models.codes import SubjectType
from models.profile import FactLexicon

_NEARBY = re.compile("楼下|门口|旁边|附近|对面|隔壁|宿舍|后面|前面|说我|讲我|欠我|不给我|让我|机")
"""我们公司楼下 tells where, and 我公司说我… is a worker's complaint."""

_OFFICES = (
    r"财务|会计|出纳|法人|法定代表人|法务|负责人|老板|老总|经理|总经理|行政|人事|办公室|厂长|店长|店主|场长|经办|办事|报税"
    r"|股东|合伙人|投资人"
)
_FIRM = r"公司|企业|厂|酒店|宾馆|民宿|饭店|餐馆|餐厅|超市|店|合作社|养殖场|农场|工作室|事务所|商行|集团"
_SPEAKS_FOR_FIRM = re.compile(
    # 我是海口某某科技有限公司的财务; 我们是一家做监控的小公司, but not its customer, its worker or its neighbour.
    r"我(?=们?是|自己|们?[开办经承注])(?:"
    rf"们?是[^，。,.;；！!？?的]{{0,20}}(?:{_FIRM})的?(?:{_OFFICES})"
    r"|们是(?:做|搞)[^，。,.;；！!？?的]{1,14}的(?![人工员])"
    rf"|们是[^，。,.;；！!？?]{{0,14}}(?:公司|企业|工厂|合作社|个体户)(?![的员职工客受业门楼旁附])"
    r"|(?:自己|们)?(?:开|办|经营|承包|注册)(?:了|的|着|过)?(?:一|两)?[家个间]?"
    rf"[^，。,.;；！!？?的]{{0,8}}(?:{_FIRM})(?![员职工客受业门楼旁附])"
    r")"
)
_ENGLISH = (
    *("our company", "our firm", "our factory", "our enterprise", "our business"),
    *("my company", "my restaurant", "my shop"),
)
_SPEAKS_FORMALLY = ("我司", "我公司", "本公司", "本企业", "我企", "我厂", "本厂", "本店", "我单位", "敝")


class SubjectReader:
    """Reads on whose behalf the citizen speaks, by a profile's ways to speak for an enterprise or as its worker.

    A worker too says "our company". What only workers say makes him a citizen, unless he writes as the enterprise does (我司).
    """

    def __init__(self, lexicon: FactLexicon) -> None:
        self._enterprise = LongestPhraseFinder([*lexicon.enterprise, *_ENGLISH])
        self._employee = re.compile(any_of(lexicon.employee))

    def read(self, text: str) -> SubjectType:
        """Return who speaks in a normalised ``text``: without a sign of an enterprise, a citizen."""
        said = self._said_as_enterprise(text)
        if said is None:
            return SubjectType.CITIZEN
        if not said.startswith(_SPEAKS_FORMALLY) and self._employee.search(text) is not None:
            return SubjectType.CITIZEN
        return SubjectType.ENTERPRISE

    def _said_as_enterprise(self, text: str) -> str | None:
        for _, end, said in self._enterprise.all_in(text):
            if _NEARBY.match(text, end) is None:
                return said
        described = _SPEAKS_FOR_FIRM.search(text)
        return None if described is None else described[0]
