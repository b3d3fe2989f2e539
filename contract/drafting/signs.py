"""By what an operation of somebody's document is recognised as one of the contract's."""

from __future__ import annotations

from dataclasses import dataclass

NOT_BY_PASSWORD = r"webauthn|passkey|provider|social|oauth|saml|sso|magic|phone|sms|device|invite"
SECOND_FACTOR = r"(mfa|2fa|totp|otp|twofactor|authenticators?|factors?)"


@dataclass(frozen=True, slots=True)
class Sign:
    """
    The signs of one operation.

    `strong` and `weak` are patterns of its path: segments in small letters without '-' and '_', a parameter is "{}".
    `words` is one of what operationId and summary say, in small letters. Where `no` matches either, or `not_at` the
    path, it is something else. `takes` are groups of contract words of which its request has one each. `gives` are
    words of which its answer has one.
    """

    id: str
    methods: str
    strong: str
    words: str
    weak: str = "(?!)"
    no: str = "(?!)"
    not_at: str = "(?!)"
    takes: tuple[str, ...] = ()
    gives: str = ""


SIGNS = (
    Sign(
        "registerUser",
        "POST",
        r"(^|/)(register|registration|signup|registeruser|createaccount)$",
        r"\b(regist(er|ration)|sign(s|ed)?( \w+){0,2} up|signup|users create)\b|\bcreate (an? )?(new )?(user|account)",
        weak=r"(^|/)(users|accounts)$",
        no=rf"{NOT_BY_PASSWORD}|resend|verif|confirm|admin|client|reset|recover|link|log ?in",
        takes=("email username", "password"),
    ),
    Sign(
        "loginUser",
        "POST",
        r"(^|/)(log|sign)in$|(^|/)(sessions?|token|tokens|authenticate)$|/(jwt|token)/(create|obtain|pair)$",
        r"\b(log ?s?( ?\w+)? ?in|login|sign ?s?( ?\w+)? ?in|signin|authenticate|jwt create|obtain|issues? access)\b",
        weak=r"(^|/)auth$",
        no=rf"{NOT_BY_PASSWORD}|refresh$|revoke|verify|reauth|register|sign ?up",
        not_at=rf"{SECOND_FACTOR}|admin|code",
        takes=("email username", "password"),
        gives="accessToken sessionToken",
    ),
    Sign(
        "refreshToken",
        "POST PUT",
        r"(^|/)refresh(token)?s?$|(^|/)(token|tokens|sessions?)/(refresh|renew)$|(^|/)token$",
        r"\brefresh\b|\brenew\b",
        no=NOT_BY_PASSWORD + "|client|verify|revoke",
        takes=("refreshToken",),
        gives="accessToken",
    ),
    Sign(
        "logoutUser",
        "POST DELETE",
        r"(^|/)(log|sign)out$",
        r"\b(log ?s?( ?\w+)? ?out|logout|sign ?s?( ?\w+)? ?out|end (the|this) session)\b",
        weak=r"(^|/)session$",
        no=r"\ball\b|logoutall|everywhere|provider|oauth",
    ),
    Sign(
        "getCurrentUser",
        "GET",
        r"(^|/)(me|whoami|userinfo|currentuser|profile|user)$",
        r"\b(current|signed in|authenticated|me|own|profile|user retrieve)\b|\bcurrent user\b",
        weak=r"(^|/)(session|account)$",
        no=r"admin|oauth|list|sessions",
    ),
    Sign(
        "updateCurrentUser",
        "PATCH PUT POST",
        r"(^|/)(me|currentuser|profile|user)$",
        r"\b(current|signed in|authenticated|me|own|profile|partial update)\b|update user",
        weak=r"(^|/)account$",
        no=r"admin|oauth|password",
    ),
    Sign(
        "changePassword",
        "POST PUT PATCH",
        r"(change|set|update)password$|passwords?/(change|update|set)$|(me|account|user|profile)/password$",
        r"\b(change|set|update)\b.*\bpassword\b|\bpassword\b.*\bchange\b",
        no=r"reset|forgot|recover|admin",
        takes=("newPassword",),
    ),
    Sign(
        "getUser",
        "GET",
        r"(^|/)(users?|accounts?|people)/\{\}$",
        r"\busers? (retrieve|user|data|account|record)\b|\b(get|fetch|read|one)\b.*\buser\b|user s record",
        no=r"identit|factor|session",
    ),
    Sign(
        "listUsers",
        "GET",
        r"(^|/)(users|accounts|people)$",
        r"\blist\b|\ball\b|\blisting\b",
        no=r"identit|factor|session",
    ),
    Sign(
        "updateUser",
        "PATCH PUT",
        r"(^|/)(users?|accounts?|people)/\{\}$",
        r"\b(update|patch|change|edit)\b",
        no=r"identit|factor|session|password",
    ),
    Sign(
        "setupMfa",
        "POST GET",
        rf"{SECOND_FACTOR}(/(totp|app))?/(setup|enable|enroll?|activate|create|new|generate)$|(setup|enable|enroll){SECOND_FACTOR}$",
        r"\b(set ?up|enroll?(ing)?|enable|make a secret|generate)\b",
        weak=rf"{SECOND_FACTOR}$",
        no=r"disable|challenge|webauthn|deactivate|admin|login|authenticate$",
        not_at=r"verif|confirm|backup|recovery",
        gives="secret otpauthUri qrCode",
    ),
    Sign(
        "verifyMfaSetup",
        "POST PUT",
        rf"{SECOND_FACTOR}(/(totp|app|setup|enroll?|enable))+/(verify|confirm|activate|validate|complete)$"
        rf"|{SECOND_FACTOR}/(confirm|activate)$|(confirm|activate){SECOND_FACTOR}$",
        r"\b(confirm|activate|complete|finish|turn\w* .* on|setup)\b",
        weak=rf"{SECOND_FACTOR}(/\{{\}})?(/verify)?$",
        no=r"deactivate|disable|login|webauthn|admin|resend|request|reauth",
        takes=("code",),
    ),
    Sign(
        "verifyMfa",
        "POST",
        rf"{SECOND_FACTOR}(/totp)?/(verify|login|authenticate|challenge|validate)$|(login|verify){SECOND_FACTOR}$"
        rf"|(login|sessions?)/(code|{SECOND_FACTOR})$",
        r"\b(second factor|two factor|complete .*login|2fa|mfa|challenge)\b",
        weak=rf"{SECOND_FACTOR}/\{{\}}/verify$",
        no=r"reauth|setup|set up|disable|enroll|webauthn|admin|resend|request",
        takes=("code backupCode",),
        gives="accessToken",
    ),
    Sign(
        "disableMfa",
        "POST DELETE",
        rf"{SECOND_FACTOR}(/totp)?/(disable|deactivate|off|remove|delete)$|(disable|deactivate|remove){SECOND_FACTOR}$",
        r"\b(disable|deactivate|remove|turn\w* off|turn\w* .* off)\b",
        weak=rf"{SECOND_FACTOR}(/\{{\}})?$",
        no=r"webauthn|admin|recovery|backup",
    ),
    Sign(
        "requestPasswordReset",
        "POST",
        r"(forgot(ten)?password|password/(forgot|request|reset|recover)|(request|send)?(passwordreset|resetpassword)"
        r"(request)?|(^|/)(recover|forgot|forgotten|recovery))$",
        r"\b(forgot|recover(y)?|request\b.*\bpassword|reset password|password reset)\b",
        no=r"confirm|change|admin|username|resend",
        takes=("email username",),
    ),
    Sign(
        "confirmPasswordReset",
        "POST PUT PATCH",
        r"(passwordreset|resetpassword|password/reset|password/forgot|reset|recover)/?(confirm|confirmation|complete|finish)$"
        r"|(^|/)resetpassword(confirm)?$|password/reset(/\{\})?$",
        r"\breset\b",
        no=r"request|admin|username|change",
        takes=("newPassword", "token"),
    ),
    Sign(
        "getLiveness",
        "GET",
        r"(^|/)(live|livez|alive|liveness|healthz|ping)$",
        r"\b(live(ness)?|alive|running)\b",
        weak=r"(^|/)(health|healthcheck|status)$",
        no=r"ready",
    ),
    Sign("getReadiness", "GET", r"(^|/)(ready|readyz|readiness)$", r"\bread(y|iness)\b"),
)
"""
In the order in which operations are looked for: what is more likely to be taken for another comes later.

`takes` is asked of a request that the document describes; a cookie may carry what no member does.
"""
