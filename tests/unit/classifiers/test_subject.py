"""On whose behalf the citizen speaks, on the shipped lists."""

import pytest

from classifiers.normalise import normalise
from classifiers.subject import SubjectReader
from models.codes import SubjectType
from models.profile import Profile


@pytest.mark.parametrize(
    "text",
    [
        "我是海口某某科技有限公司的财务我们去年的研发补贴材料交给科工信局说财政那边没拨款",
        "我司承接市政小修，尾款一直没付",
        "我公司拟在国贸一带开设连锁餐厅",
        "我们公司想租个场地办活动",
        "我们厂报那个高压报了两个月",
        "我们是一家做监控安装的小公司",
        "我们是做渔网材料的，想问研发费用补助",
        "我是这家酒店的负责人",
        "我自己开了个小餐馆，执照怎么办",
        "我是个体户，税怎么交",
        "我司建议公积金与社保合并申报",
        "我司员工离职后社保怎么停",
        "Our company applied for the subsidy",
    ],
)
def test_who_speaks_for_an_enterprise_is_one(haikou: Profile, text: str):
    """Its subsidy and its building permit have units of their own."""
    assert SubjectReader(haikou.facts).read(normalise(text).text) is SubjectType.ENTERPRISE


@pytest.mark.parametrize(
    "text",
    [
        "我们公司拖欠工资三个月",
        "我们公司不给员工交社保，我想举报",
        "我是公司的财务，公司欠我工资",
        "我公司说我没交满十二个月不给报",
        "我司机说不开空调",
        "我院子里的树倒了",
        "我们公司楼下有人摆摊",
        "我是这家公司的客户，钱退不回来",
        "某公司收了我的押金不退",
        "物业公司不作为",
        "路灯不亮",
        "",
    ],
)
def test_everybody_else_is_a_citizen(haikou: Profile, text: str):
    """Workers and customers of a company speak for themselves."""
    assert SubjectReader(haikou.facts).read(normalise(text).text) is SubjectType.CITIZEN
