"""What keys of the engine and of the audit are called for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ABOUT = {"division": _("所在地"), "theme": _("主题"), "unit_type": _("单位类型"), "unit_level": _("单位层级"), "measure": _("做法"), "measures": _("做法")}
WHERE = {
    "unit": _("见单位名称"), "title": _("见标题"), "text": _("见正文"), "sender": _("按报送渠道"), "list": _("见汇总表"), "folder": _("见文件夹名"), "person": _("人工"),
    "form": _("见申报表"), "cover": _("见封面"), "signature": _("见落款"), "mail": _("见邮件"), "file-name": _("见文件名"),
}  # fmt: skip
ACTIONS = {
    "accounts.forget_filter": _("删除条件"), "accounts.save_filter": _("保存条件"), "accounts.update_profile": _("修改个人信息"), "audit.erase": _("销毁个人信息密钥"),
    "api.make_token": _("新建令牌"), "api.revoke_token": _("停用令牌"), "transfer.take_in": _("导入届次"), "mail.make_hook": _("添加接收地址"), "mail.end_hook": _("停用接收地址"),
    "call.accept": _("接受邀请"), "call.add_body": _("添加受邀单位"), "call.begin_edition": _("新建届次"), "call.copy_edition": _("复制往届设置"),
    "call.delegate": _("临时交给同事"), "call.forward": _("转发启事"), "call.invite": _("发送邀请"), "call.open_forwarding": _("打开转发页面"),
    "call.publish": _("发布启事"), "call.remove_body": _("移除受邀单位"), "call.remove_member": _("移除成员"), "call.revoke_invitation": _("撤销邀请"),
    "call.set_template": _("修改邮件模板"), "call.update_body": _("修改受邀单位"), "call.update_edition": _("修改设置"), "call.withdraw_notice": _("撤下启事"),
    "decision.choose": _("算出获奖方案"), "decision.change": _("改动名单"), "decision.confirm": _("确认名单"), "decision.keep_rules": _("修改评奖规则"), "decision.propose": _("计算名单方案"), "decision.undo": _("撤销改动"),
    "judging.begin_round": _("新建轮次"), "judging.confirm": _("确认分配"), "judging.confirm_seat": _("确认参加"), "judging.declare": _("申报回避"),
    "judging.discard": _("放弃方案"), "judging.give_opinion": _("提出再次意见"), "judging.keep_panel": _("保存评审组"), "judging.move": _("改派"),
    "judging.propose": _("提出分配方案"), "judging.propose_further": _("建议加评案例"), "judging.remind": _("提醒评委"), "judging.replace": _("替补评委"),
    "judging.save_sheet": _("保存评分表"), "judging.say": _("参加讨论"), "judging.set_pair": _("指定或禁止配对"), "judging.sign_sheet": _("签字"),
    "judging.take_judge": _("导入评委"), "judging.undo_sign": _("撤回签字"), "judging.update_round": _("修改轮次规则"),
    "judging.take_workbook": _("写入评分工作簿"), "judging.give_workbooks": _("下载评委的评分工作簿"),
    "judging.keep_poll": _("修改公众投票设置"), "judging.ask_vote": _("提交公众投票"), "judging.cast_vote": _("计入公众投票"),
    "judging.set_aside": _("不计入部分投票"), "judging.undo_set_aside": _("恢复计入投票"),
    "roundup.comment": _("对综述提意见"), "roundup.decide": _("保留综述中的一处"), "roundup.draft": _("起草综述"), "roundup.hold": _("开始编辑综述"),
    "roundup.publish": _("发布综述"), "roundup.release": _("结束编辑综述"), "roundup.save": _("保存综述"), "roundup.settle": _("处理综述意见"),
    "roundup.want_draft": _("要求起草综述"), "roundup.withdraw": _("撤下综述"),
    "publication.edit_text": _("编辑公开的文字"), "publication.end_text": _("公开原文"),
    "roundup.want_rephrasing": _("请写作辅助改写一段"), "roundup.take_rephrasing": _("采用写作辅助的改写"), "roundup.leave_rephrasing": _("不用写作辅助的改写"),
    "roundup.want_collection": _("要求编排案例选编"), "roundup.make_collection": _("编成案例选编"),
    "publication.answer": _("单位说明"), "publication.ask_unit": _("听取单位意见"), "publication.correct": _("更正结果"), "publication.keep_setting": _("修改公示设置"),
    "publication.object": _("提出异议"), "publication.open_notice": _("公示名单"), "publication.publish": _("发布结果"), "publication.revoke": _("撤销获奖"),
    "publication.rule": _("裁定异议"), "publication.withdraw_certificate": _("撤回证书"),
    "screening.give_back": _("退回名单"), "screening.mark": _("标注等次"), "screening.put_in_order": _("排序"), "screening.seal": _("上报名单"),
    "submission.add_version": _("保存版本"), "submission.ask_sender": _("询问发送者"), "submission.ask_to_confirm": _("发送确认链接"), "submission.compare": _("查重"),
    "submission.confirm": _("确认报送并编号"), "submission.confirm_coding": _("确认编码"), "submission.correct": _("更正"), "submission.decide_finding": _("处理校对提示"),
    "submission.decide_match": _("判定查重"), "submission.exclude": _("排除或恢复"), "submission.handle_file": _("处理文件"), "submission.keep_earlier": _("收入往届案例"),
    "submission.keep_letter": _("收到邮件"), "submission.receive": _("收到来件"), "submission.refuse_classified": _("拒收涉密文件"),
    "submission.request_changes": _("退回单位修改"), "submission.undo_coding": _("撤销编码"), "submission.withdraw": _("撤稿"),
}  # fmt: skip
FINDINGS = {
    "masked-character": _("字符被遮盖"), "lost-number": _("数字缺失"), "lost-year": _("年份缺失"), "lost-month": _("月份缺失"), "doubled-word": _("文字重复"),
    "missing-ordinal": _("序号缺失"), "cut-off": _("文字中断"), "repeated-paragraph": _("段落重复"), "part-missing": _("缺少部分"), "part-too-long": _("部分超长"),
    "text-too-long": _("全文超长"), "title-missing": _("缺少标题"), "unit-missing": _("缺少单位"), "text-missing": _("缺少正文"), "odd-character": _("异常字符"),
    "wording": _("用语"), "wording-required": _("规定用语"), "title-conflict": _("标题不一致"), "unit-conflict": _("单位不一致"), "tracked-changes": _("含修订痕迹"),
    "wrong-ending": _("扩展名不符"), "macro": _("含宏"), "scanned": _("扫描件"), "tables-lost": _("表格未读出"), "damaged-page": _("页面损坏"), "same-file": _("文件相同"),
    "changed-copy": _("文件改动"), "place-conflict": _("所在地矛盾"), "place-ambiguous": _("所在地不唯一"), "place-unknown": _("所在地不明"),
    "row-without-file": _("汇总表有而无文件"), "file-without-row": _("有文件而汇总表无"), "against-itself": _("自身重复"),
}  # fmt: skip
FIELDS = {
    "body": _("单位"), "bodies": _("受邀单位"), "cases": _("案例数"), "closes": _("征集截止"), "coding": _("编码"), "contact": _("联系人"), "contact_email": _("邮箱"),
    "contact_name": _("联系人"), "contact_telephone": _("联系电话"), "division": _("行政区划代码"), "documents": _("文件校验码"), "email": _("邮箱"), "extended_to": _("延期"),
    "files": _("文件数"), "for_body": _("代为上报"), "general": _("一般名额"), "guidance": _("指导单位"), "has_consent": _("要求同意发表"), "hash": _("名单校验码"), "hosts": _("主办单位"),
    "judging_closes": _("评审截止"), "judging_opens": _("评审开始"), "kind": _("种类"), "late_rule": _("逾期来稿"), "licence": _("公布案例的许可"), "limit": _("全文字数"), "limit_rule": _("全文字数规则"),
    "mark": _("等次"), "matches": _("查重"), "most_per_unit": _("每单位上限"), "name": _("名称"), "notice": _("启事"), "number": _("编号"), "opens": _("征集开始"), "order": _("次序"),
    "own_deadline": _("本地截止"), "parent": _("上级单位"), "publicity_closes": _("公示截止"), "publicity_opens": _("公示开始"), "published_at": _("发布时间"), "reason": _("理由"),
    "recommended": _("重点名额"), "role": _("身份"), "screening_closes": _("省级筛选截止"), "slug": _("网址标识"), "source": _("来源"), "state": _("状态"), "theme": _("主题"),
    "title": _("案例名称"), "unit": _("报送单位"), "unit_level": _("单位层级"), "unit_type": _("单位类型"), "version": _("版本"), "via": _("途径"), "why": _("理由"), "words": _("文字"),
    "year": _("年份"), "zone": _("时区"), "folder": _("文件夹"), "from": _("委托人"), "page": _("页面"), "query": _("条件"), "group": _("评审组"), "earlier": _("往届"),
}  # fmt: skip
VALUES = {
    "recommended": _("重点推荐"), "general": _("一般"), "declined": _("不报送"), "upload": _("网页上传"), "mail": _("邮件"), "zip": _("批量"), "folder": _("文件夹"),
    "screener": _("代为录入"), "code": _("查询码"), "link": _("确认链接"), "dismissed": _("已处理"), "open": _("待处理"), "true": _("是"), "false": _("否"), "null": _("无"), "": _("无"),
}  # fmt: skip
OBJECTS = {
    "submission": _("案例编号"), "body": _("单位"), "edition": _("本届"), "intake": _("来件"), "user": _("人员"), "file": _("文件"), "match": _("查重"), "member": _("成员"),
    "invitation": _("邀请"), "letter": _("邮件"), "membership": _("成员"), "incoming": _("文件"), "article": _("综述"), "token": _("令牌"), "hook": _("接收地址"),
}  # fmt: skip
ACTORS = {"machine": _("系统"), "unit": _("报送单位"), "mailbox": _("收件邮箱"), "anonymous": _("未登录者"), "": _("系统")}
KINDS = {"about": ABOUT, "where": WHERE, "action": ACTIONS, "finding": FINDINGS, "value": VALUES}


def label(key: str, kind: str) -> str:
    """The words for a key of a kind; the key itself where it has none."""
    return str(KINDS[kind].get(key, key))
