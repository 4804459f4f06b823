"""The code lists of the trade. Values travel in topics and rows; labels stand on screens.

Source: domain.md C.3 (codes are ours, names from published ticket forms) and A.2 (states).
"""

from enum import StrEnum
from typing import Self


class _Labelled(StrEnum):
    """An enum whose value travels and whose Chinese label is shown."""

    label: str

    # The default serves type checkers alone, who take the look-up Channel("P") for a call of __new__.
    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def from_label(cls, label: str) -> Self:
        """Return the member shown as ``label``.

        Raises:
            ValueError: no member has this label.
        """
        for member in cls:
            if member.label == label:
                return member
        raise ValueError(f"{label!r} is not a label of {cls.__name__}")


class Channel(_Labelled):
    """诉求来源: the door a contact came through; the letter stands in the ticket number."""

    PHONE = "P", "电话"
    WECHAT = "W", "微信公众号"
    MINI_PROGRAM = "M", "微信小程序"
    WEB = "N", "网站"
    APP = "A", "APP"
    EMAIL = "E", "邮箱"
    SMS = "S", "短信"
    MICROBLOG = "B", "微博"
    FROM_110 = "G", "110转办"
    PROVINCE = "T", "省平台转办"
    LEADER = "L", "领导交办"
    PEOPLES_DAILY_BOARD = "I", "人民网留言板"
    STATE_COUNCIL = "U", "国务院互联网+督查"
    COUNTER = "V", "现场窗口"
    DEPUTY_HOTLINE = "R", "人大代表热线"
    PROACTIVE = "Z", "主动发现"


ONLINE_CHANNELS = frozenset(
    {
        *(Channel.WECHAT, Channel.MINI_PROGRAM, Channel.WEB, Channel.APP, Channel.EMAIL, Channel.SMS, Channel.MICROBLOG),
        *(Channel.PEOPLES_DAILY_BOARD, Channel.STATE_COUNCIL),
    }
)
"""Doors at which nobody waits on the line: what comes there has a time of its own to be registered (网络受理)."""


class RequestType(_Labelled):
    """诉求类型."""

    CONSULT = "10", "咨询"
    HELP = "20", "求助"
    COMPLAINT = "30", "投诉"
    REPORT = "40", "举报"
    SUGGESTION = "50", "建议"
    PRAISE = "60", "表扬"
    VOID = "90", "无效"


class Urgency(_Labelled):
    """紧急程度, rising."""

    NORMAL = "1", "一般"
    URGENT = "2", "紧急"
    CRITICAL = "3", "特急"


class Rating(_Labelled):
    """满意度: the five levels of 好差评; 未评价 is the absence of a rating, not a level."""

    VERY_SATISFIED = "5", "非常满意"
    SATISFIED = "4", "满意"
    FAIRLY_SATISFIED = "3", "基本满意"
    DISSATISFIED = "2", "不满意"
    VERY_DISSATISFIED = "1", "非常不满意"


class Role(_Labelled):
    """Who acts (domain.md I.1): those who log in, the citizen, and the system itself."""

    OPERATOR = "operator", "话务员"
    SHIFT_LEAD = "shift_lead", "班长"
    DISPATCHER = "dispatcher", "派单审核员"
    CALLER_BACK = "caller_back", "回访员"
    UNIT_CLERK = "unit_clerk", "承办单位经办人"
    UNIT_HEAD = "unit_head", "承办单位负责人"
    SUPERVISOR = "supervisor", "督办员"
    ADMIN = "admin", "系统管理员"
    CITIZEN = "citizen", "诉求人"
    SYSTEM = "system", "系统"

    @classmethod
    def _missing_(cls, value: object) -> "Role | None":
        """Read what release 0.1.0 wrote into audit and accounts: it knew one role of member units."""
        return cls.UNIT_CLERK if value == "unit" else None


UNIT_ROLES = frozenset({Role.UNIT_CLERK, Role.UNIT_HEAD})
"""Who acts for a member unit."""


class Fate(_Labelled):
    """What became of a contact; every settled contact has exactly one fate."""

    TICKETED = "ticketed", "已立单"
    MERGED = "merged", "已并单"
    NUISANCE = "nuisance", "无效骚扰"
    SELF_SERVICE = "self_service", "自助服务"
    DEAD = "dead", "死信"


class Service(_Labelled):
    """自主服务: what a citizen may have from the machine alone (domain.md A.11)."""

    MOVE_CAR = "move_car", "挪车"
    PROGRESS = "progress", "进度查询"
    OWN_TICKETS = "own_tickets", "我的工单"
    NUDGE = "nudge", "催办"
    RATE = "rate", "评价"
    ASK = "ask", "知识问答"
    HUMAN = "human", "人工"
    CLARIFY = "clarify", "补充说明"


class TicketState(_Labelled):
    """Where a ticket is in its life (domain.md A.2); 审核通过 and 已评价 are events, not states."""

    PENDING = "pending", "待派单"
    DISPATCHED = "dispatched", "已派单"
    SIGNED = "signed", "已签收"
    HANDLING = "handling", "办理中"
    RETURN_REQUESTED = "return_requested", "退单申请"
    REPLIED = "replied", "已答复"
    AWAITING_CALL_BACK = "awaiting_call_back", "待回访"
    CALLED_BACK = "called_back", "已回访"
    CLOSED = "closed", "办结"
    DECLINED = "declined", "不予受理"
    WITHDRAWN = "withdrawn", "撤诉"
    ARCHIVED = "archived", "归档"


class DeclineCode(_Labelled):
    """不予受理 reasons. Source: 国办发〔2020〕53号; 汕头市12345管理办法 (domain.md A.11)."""

    LITIGATION = "N1", "诉讼、仲裁、纪检、复议、信息公开事项"
    PETITION = "N2", "已进入信访程序"
    SECRET = "N3", "涉及国家秘密、商业秘密、个人隐私或违背公序良俗"
    OTHER_REGION = "N4", "非本行政区域事项"
    OTHER_AUTHORITY = "N5", "党委、人大、政协、法检、军队等职责事项"
    EMERGENCY_LINE = "N6", "110、119、120、122 职责事项（转接）"
    NOTHING_NEW = "N7", "无新情况的同一事由已办结"


class ReturnReason(_Labelled):
    """退单原因. Source: domain.md A.8.6; a return states one of them with its legal basis."""

    NOT_OUR_DUTY = "R1", "非本单位职责"
    NOT_OUR_AREA = "R2", "非本辖区"
    INCOMPLETE = "R3", "信息不全"
    REPEAT = "R4", "重复件"
    ELSEWHERE = "R5", "已在信访、诉讼程序"
    HIGHER_LEVEL = "R6", "应由上级办理"
    OTHER = "R7", "其他"


class Stage(_Labelled):
    """A span of a ticket's life that has a deadline of its own (domain.md A.3)."""

    REGISTER = "register", "受理登记"
    DISPATCH = "dispatch", "派单"
    SIGN = "sign", "签收"
    FIRST_CONTACT = "first_contact", "首次联系"
    RETURN = "return", "退单申请"
    RETURN_REVIEW = "return_review", "退单审核"
    RESOLVE = "resolve", "办理"
    PROMISE = "promise", "答复承诺"
    REPLY_REVIEW = "reply_review", "答复审核"
    CALL_BACK = "call_back", "回访"
    RATING_INVITE = "rating_invite", "邀请评价"
    RATING_WINDOW = "rating_window", "评价窗口"
    RECTIFY = "rectify", "差评整改"
    REOPEN = "reopen", "重办"
    SUPERVISE = "supervise", "督办"


class ClockKind(_Labelled):
    """How a deadline counts time (domain.md A.4)."""

    WALL = "WALL", "自然时间"
    WORKING_HOURS = "WH", "工作时间"
    WORKING_DAYS = "WD", "工作日"
    NATURAL_DAYS = "ND", "自然日"


class Track(_Labelled):
    """A way of handling a request with allowances of its own: the desk for enterprises, or leave for a hard case (A.3)."""

    SIMPLE = "simple", "营商简单诉求"
    ONE_UNIT = "one_unit", "营商单一部门"
    SEVERAL_UNITS = "several_units", "营商跨部门"
    COMPLEX = "complex", "复杂疑难"


class PauseReason(_Labelled):
    """Why a unit's clock may stand still; there is no other reason. Source: domain.md A.4.5."""

    MATERIAL = "material", "待诉求人补充材料"
    CITIZEN = "citizen", "诉求人要求延后"
    FORCE_MAJEURE = "force_majeure", "不可抗力"
    JUDICIAL = "judicial", "司法或鉴定期间"


class PauseRefusal(_Labelled):
    """Why a clock may not be paused."""

    REASON = "reason", "不是可以暂停的事由"
    PROMISE = "promise", "答复承诺随承办单位的时限标注，不单独暂停"
    RUNNING = "running", "已在暂停中"
    OVERDUE = "overdue", "已到时限"
    USED_UP = "used_up", "累计暂停已达上限"


class ExtensionRefusal(_Labelled):
    """Why an extension may not be asked for."""

    REASON = "reason", "未写明延期理由"
    DAYS = "days", "延期天数不是正整数"
    LATE = "late", "已超过时限，延期须在到期前申请"
    AGAIN = "again", "已延期，再次延期须由督办员决定"
    TOO_LONG = "too_long", "超过延期上限，须由督办员决定"


class DueChange(_Labelled):
    """Why a due time was moved."""

    PAUSE = "pause", "暂停后恢复"
    EXTENSION = "extension", "延期"
    URGENCY = "urgency", "紧急程度变更"
    CALENDAR = "calendar", "日历更新"
    DECISION = "decision", "核定办理类别"


class ReminderKind(_Labelled):
    """What a unit is told about a due time that is near or past."""

    NUDGE = "nudge", "催办"
    YELLOW_CARD = "yellow_card", "黄牌"
    RED_CARD = "red_card", "红牌"


class NoticeKind(_Labelled):
    """What a unit, and whoever supervises it, is told about a ticket. The ladder of supervision is domain.md A.10."""

    NUDGE = "nudge", "催办"
    YELLOW_CARD = "yellow_card", "黄牌"
    RED_CARD = "red_card", "红牌"
    EXTENSION = "extension", "延期"
    TRANSFER = "transfer", "改派"
    SUPERVISION_ORDER = "supervision_order", "督办单"
    MEETING = "meeting", "专题协调"
    CIRCULAR = "circular", "专项通报"
    INTERVIEW = "interview", "约谈提醒"
    JOINED = "joined", "并案"
    CONSULTATION = "consultation", "疑难会商"
    CRITICISM = "criticism", "通报批评"
    COMPLEX = "complex", "复杂疑难"
    CALENDAR = "calendar", "日历更新"


class ReplyFault(_Labelled):
    """What a machine finds wanting in a unit's reply; a person decides. Source: domain.md A.5."""

    OFF_TOPIC = "off_topic", "答非所问：没有提到诉求里的事"
    NOT_CONTACTED = "not_contacted", "未联系诉求人"
    NO_RESULT = "no_result", "没有处理结果"
    NO_BASIS = "no_basis", "没有依据"
    UNDATED_PROMISE = "undated_promise", "承诺没有期限"
    COPIED = "copied", "与另一地点工单的答复雷同"
    PERSONAL_DATA = "personal_data", "含电话或证件号码"
    REFUSED_DUTY = "refused_duty", "推责而没有依据"
    NO_ATTACHMENT = "no_attachment", "称已解决而没有附件或照片"


class SubjectType(_Labelled):
    """主体类型: on whose behalf the citizen speaks."""

    CITIZEN = "citizen", "个人"
    ENTERPRISE = "enterprise", "企业"


class PlateKind(_Labelled):
    """号牌种类, as far as the number tells it. Source: GA 36-2018; names of the vehicle register."""

    SMALL_CAR = "small_car", "小型汽车"
    NEW_ENERGY_SMALL = "new_energy_small", "新能源小型车"
    NEW_ENERGY_LARGE = "new_energy_large", "新能源大型车"
    TRAINING = "training", "教练汽车"
    POLICE = "police", "警用汽车"
    TRAILER = "trailer", "挂车"
    BORDER = "border", "港澳入出境车"


class Mood(_Labelled):
    """How the citizen sounds when a talk ends."""

    SATISFIED = "satisfied", "满意"
    DISSATISFIED = "dissatisfied", "不满意"


class DispatchMode(_Labelled):
    """How a ticket came to a unit: the first time by whose decision, or again."""

    AUTO = "auto", "自动派单"
    MANUAL = "manual", "人工派单"
    TRANSFER = "transfer", "改派"
    REOPENED = "reopened", "重办"


FIRST_DISPATCHES = (DispatchMode.AUTO, DispatchMode.MANUAL)
"""How a ticket comes to its first unit."""


class Correction(_Labelled):
    """What a person changed of the engine's proposal when dispatching."""

    CATEGORY = "category", "事项分类"
    TYPE = "type", "诉求类型"
    UNIT = "unit", "主办单位"


class ModelReload(_Labelled):
    """What came of a process's look at a serving model that is not the one it has."""

    LOADED = "loaded", "已换用"
    REFUSED = "refused", "未能加载，沿用原模型"


class ReviewReason(_Labelled):
    """Why a person decides instead of the engine."""

    LOW_CONFIDENCE = "low_confidence", "分类把握不足"
    ASR_LOW_CONFIDENCE = "asr_low_confidence", "语音识别质量低"
    NO_LEAD_UNIT = "no_lead_unit", "派单目录无主办单位"
    DISTRICT_UNKNOWN = "district_unknown", "属地不明"
    UNCLASSIFIED = "unclassified", "无法归类"
    SEVERAL_UNITS = "several_units", "可能涉及多个单位"
    OUT_OF_DOMAIN = "out_of_domain", "疑似非热线诉求"
    SEVERAL_REQUESTS = "several_requests", "一件多诉"
    UNSURE_EMERGENCY = "unsure_emergency", "疑似特急"
    MAY_BE_DECLINED = "may_be_declined", "可能不予受理"
    LIMITED_CALLER = "limited_caller", "来电人已限制服务"
    ANSWERED_IN_CALL = "answered_in_call", "可能已当场答复"


class ProposalState(_Labelled):
    """Where a change of the 派单目录 is: 草拟 → 审核 → 生效 (domain.md A.8.1)."""

    PROPOSED = "proposed", "待审核"
    REFUSED = "refused", "未通过"
    APPROVED = "approved", "已通过，待生效"
    EFFECTIVE = "effective", "已生效"


class ProposalOrigin(_Labelled):
    """What made somebody propose a change of the 派单目录."""

    HAND = "hand", "人工草拟"
    RETURN = "return", "退单改派"
    CONSULTATION = "consultation", "疑难会商"


class PassedOver(_Labelled):
    """Why a line of the 派单目录 does not decide a request."""

    OTHER_DISTRICT = "other_district", "属地不符"
    OTHER_SUBJECT = "other_subject", "主体类型不符"
    NOT_YET = "not_yet", "尚未生效"
    ENDED = "ended", "已经失效"
    LESS_EXACT = "less_exact", "另有更具体的条目"
    REPLACED = "replaced", "已由后生效的条目取代"


class CallState(_Labelled):
    """Where a telephone call is (domain.md D.2)."""

    OFFERED = "offered", "呼入"
    IVR = "ivr", "语音导航"
    QUEUED = "queued", "排队"
    RINGING = "ringing", "振铃"
    ANSWERED = "answered", "接听"
    HELD = "held", "保持"
    TRANSFERRED = "transferred", "转接"
    CONFERENCE = "conference", "三方通话"
    HANGUP = "hangup", "挂机"


class CallResult(_Labelled):
    """How a call ended for the caller (domain.md B.6)."""

    ANSWERED = "answered", "已接听"
    ABANDONED_IVR = "abandoned_ivr", "语音导航中放弃"
    ABANDONED_QUEUE = "abandoned_queue", "排队中放弃"


class ArticleStatus(_Labelled):
    """Where one version of a knowledge article stands."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤回"


class LinkKind(_Labelled):
    """How one knowledge article belongs to another."""

    RELATED = "related", "相关"
    REPLACES = "replaces", "取代"
    PART_OF = "part_of", "属于"


class CitationRefusal(_Labelled):
    """Why an answer may not rest on an article."""

    UNKNOWN = "unknown", "知识库里没有这个条目"
    DRAFT = "draft", "条目还是草稿，尚未发布"
    WITHDRAWN = "withdrawn", "条目已撤回或已有新版本"
    NOT_YET = "not_yet", "条目尚未生效"
    EXPIRED = "expired", "条目已过有效期"


class DraftState(_Labelled):
    """What became of an answer that may become an article."""

    WAITING = "waiting", "待审核"
    PUBLISHED = "published", "已发布"
    REFUSED = "refused", "不采用"


class MissedCallStep(_Labelled):
    """What happens to a call that nobody answered (漏接回拨)."""

    RANG_OFF = "rang_off", "漏接"
    CALLED_BACK = "called_back", "时限内回拨"
    CALLED_BACK_LATE = "called_back_late", "逾时回拨"
