"""What the global XDM library holds, as tables.

A field is written as a type name (`string`, `date-time`, …), `@path` for a data type, `[field]` for
an array, `{name: field}` for an object, `{"*": field}` for a map, and `(field, {keyword: value})`
to add keywords. `open_enum` lists suggested values, which are not enforced; `enum` ones are.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Entry(TypedDict):
    """One resource. `extends` are what it includes, `extend` are the classes it is meant for."""

    title: str
    fields: dict[str, Any]
    description: NotRequired[str]
    required: NotRequired[tuple[str, ...]]
    extends: NotRequired[tuple[str, ...]]
    extend: NotRequired[tuple[str, ...]]


def _open_enum(*values: str) -> tuple[str, dict[str, Any]]:
    return ("string", {"meta:enum": {value: value for value in values}})


def _enum(*values: str) -> tuple[str, dict[str, Any]]:
    labels = {value: value.replace("_", " ").capitalize() for value in values}
    return ("string", {"enum": list(values), "meta:enum": labels})


_POSITIVE = ("number", {"minimum": 0})
_COUNT = ("integer", {"minimum": 0})
_MEASURE = "@data/measure"
_CONTACT_STATUS = _open_enum("active", "incomplete", "pending_verification", "blacklisted", "blocked")
_PROFILE = "context/profile"
_EVENT = "context/experienceevent"

EVENT_TYPES = (
    "advertising.clicks",
    "advertising.completes",
    "advertising.conversions",
    "advertising.enrichment",
    "advertising.impressions",
    "application.close",
    "application.launch",
    "commerce.backofficeOrderPlaced",
    "commerce.checkouts",
    "commerce.productListAdds",
    "commerce.productListOpens",
    "commerce.productListRemovals",
    "commerce.productListReopens",
    "commerce.productListViews",
    "commerce.productViews",
    "commerce.purchases",
    "commerce.saveForLaters",
    "decisioning.propositionDisplay",
    "decisioning.propositionInteract",
    "directMarketing.emailBounced",
    "directMarketing.emailClicked",
    "directMarketing.emailDelivered",
    "directMarketing.emailOpened",
    "directMarketing.emailSent",
    "directMarketing.emailUnsubscribed",
    "leadOperation.newLead",
    "message.feedback",
    "message.tracking",
    "mobileApp.pushTracking",
    "web.formFilledOut",
    "web.webinteraction.linkClicks",
    "web.webpagedetails.pageViews",
)

BEHAVIORS: dict[str, Entry] = {
    "data/record": {
        "title": "Record Schema",
        "description": "Attributes of a subject.",
        "fields": {"_id": ("string", {"format": "uri-reference"})},
    },
    "data/time-series": {
        "title": "Time-series Schema",
        "description": "A snapshot at the time something happened.",
        "fields": {
            "_id": ("string", {"format": "uri-reference"}),
            "timestamp": "date-time",
            "eventType": _open_enum(*EVENT_TYPES),
            "producedBy": _open_enum("self", "system", "salesRef", "customerRep"),
            "eventMergeId": "string",
        },
        "required": ("_id", "timestamp"),
    },
    "data/adhoc": {
        "title": "Ad Hoc Schema",
        "description": "Data of any shape that does not feed profiles.",
        "fields": {},
    },
}

CLASSES: dict[str, Entry] = {
    _PROFILE: {
        "title": "XDM Individual Profile",
        "description": "A person, identified or partly so.",
        "fields": {"personID": "string"},
        "extends": ("data/record", "common/auditable", "context/identitymap"),
    },
    _EVENT: {
        "title": "XDM ExperienceEvent",
        "description": "A fact recorded at a moment, with the people concerned.",
        "fields": {},
        "extends": ("data/time-series", "context/identitymap"),
    },
    "context/product": {
        "title": "XDM Product",
        "fields": {"productID": "string"},
        "extends": ("data/record", "common/auditable"),
    },
    "context/account": {
        "title": "XDM Business Account",
        "fields": {"accountID": "string", "isDeleted": "boolean"},
        "extends": ("data/record", "common/auditable"),
    },
}

FIELD_GROUPS: dict[str, Entry] = {
    "context/identitymap": {
        "title": "IdentityMap",
        "description": "Identities of the subject by namespace code.",
        "extend": (_PROFILE, _EVENT),
        "fields": {"identityMap": {"*": ["@context/identityitem"]}},
    },
    "context/profile-person-details": {
        "title": "Demographic Details",
        "extend": (_PROFILE,),
        "fields": {"person": "@context/person"},
    },
    "context/profile-personal-details": {
        "title": "Personal Contact Details",
        "extend": (_PROFILE, _EVENT),
        "fields": {
            "homeAddress": "@common/address",
            "personalEmail": "@context/emailaddress",
            "homePhone": "@context/phonenumber",
            "mobilePhone": "@context/phonenumber",
            "faxPhone": "@context/phonenumber",
            "shippingAddress": "@common/address",
            "billingAddress": "@common/address",
        },
    },
    "context/profile-work-details": {
        "title": "Work Contact Details",
        "extend": (_PROFILE,),
        "fields": {
            "workAddress": "@common/address",
            "workEmail": "@context/emailaddress",
            "workPhone": "@context/phonenumber",
            "organizations": ["string"],
        },
    },
    "context/profile-preferences-details": {
        "title": "User Account Preferences",
        "extend": (_PROFILE,),
        "fields": {
            "preferredLanguage": "string",
            "timeZone": "string",
            "optInOut": {
                "globalOptout": "boolean",
                "_channels": {"*": "string"},
            },
            "subscriptions": "open",
        },
    },
    "context/profile-segmentation": {
        "title": "Segment Membership Details",
        "extend": (_PROFILE,),
        "fields": {
            "segmentMembership": {"*": {"*": "@context/segmentmembershipitem"}},
        },
    },
    "context/profile-consents": {
        "title": "Consents and Preferences",
        "extend": (_PROFILE,),
        "fields": {
            "consents": {
                "collect": {"val": "string"},
                "share": {"val": "string"},
                "personalize": {"any": "open", "content": {"val": "string"}},
                "marketing": "open",
                "metadata": {"time": "date-time"},
            }
        },
    },
    "context/profile-loyalty-details": {
        "title": "Loyalty Details",
        "extend": (_PROFILE,),
        "fields": {
            "loyalty": {
                "loyaltyID": ["string"],
                "tier": "string",
                "program": "string",
                "status": "string",
                "points": "number",
                "pointsExpiration": [{"pointsExpirationDate": "date-time", "pointsExpiring": "number"}],
                "pointsRedeemed": "number",
                "joinDate": "date-time",
                "upgradeDate": "date-time",
                "memberSince": "date-time",
            }
        },
    },
    "context/experienceevent-environment-details": {
        "title": "Environment Details",
        "extend": (_EVENT,),
        "fields": {
            "environment": "@context/environment",
            "device": "@context/device",
            "placeContext": "@context/placecontext",
        },
    },
    "context/experienceevent-commerce": {
        "title": "Commerce Details",
        "extend": (_EVENT,),
        "fields": {
            "productListItems": ["@content/productlistitem"],
            "commerce": "@context/commerce",
        },
    },
    "context/experienceevent-web": {
        "title": "Web Details",
        "extend": (_EVENT,),
        "fields": {"web": "@context/webinfo"},
    },
    "context/experienceevent-channel": {
        "title": "Channel Details",
        "extend": (_EVENT,),
        "fields": {
            "channel": {
                "_id": "string",
                "_type": "string",
                "typeAtSource": "string",
                "mediaType": "string",
                "mediaAction": "string",
                "contentTypes": ["string"],
                "locationTypes": ["string"],
                "metricTypes": ["string"],
                "mode": "string",
            }
        },
    },
    "context/experienceevent-directmarketing": {
        "title": "Direct Marketing Details",
        "extend": (_EVENT,),
        "fields": {
            "directMarketing": dict.fromkeys(
                ("clicks", "deliveries", "opens", "sends", "unsubscriptions", "bounces"), _MEASURE
            )
        },
    },
    "context/experienceevent-marketing": {
        "title": "Marketing Details",
        "extend": (_EVENT,),
        "fields": {
            "marketing": {
                "trackingCode": "string",
                "campaignGroup": "string",
                "campaignName": "string",
                "startCampaignDate": "date-time",
            }
        },
    },
    "context/experienceevent-enduserids": {
        "title": "End User ID Details",
        "extend": (_EVENT,),
        "fields": {
            "endUserIDs": {
                "_experience": {
                    name: {"id": "string", "namespace": {"code": "string"}, "primary": "boolean"}
                    for name in ("aaid", "acid", "adcloud", "mcid", "tntid", "emailid")
                }
            }
        },
    },
    "context/experienceevent-implementation-details": {
        "title": "Implementation Details",
        "extend": (_EVENT,),
        "fields": {
            "implementationDetails": {
                "name": "uri",
                "version": "string",
                "environment": _open_enum("browser", "app", "server", "iot"),
            }
        },
    },
}

DATA_TYPES: dict[str, Entry] = {
    "common/auditable": {
        "title": "External Source System Audit Attributes",
        "fields": {
            "_repo": {"createDate": "date-time", "modifyDate": "date-time"},
            "repositoryCreatedBy": "string",
            "repositoryLastModifiedBy": "string",
            "createdByBatchID": "string",
            "modifiedByBatchID": "string",
        },
    },
    "common/geo": {
        "title": "Geo",
        "fields": {
            "_schema": {
                "latitude": ("number", {"minimum": -90, "maximum": 90}),
                "longitude": ("number", {"minimum": -180, "maximum": 180}),
                "elevation": "number",
                "description": "string",
            },
            "city": "string",
            "postalCode": "string",
            "countryCode": ("string", {"pattern": "^[A-Z]{2}$"}),
            "stateProvince": ("string", {"pattern": "([A-Z]{2}-[A-Z0-9]{1,3}|)"}),
            "dmaID": ("integer", {"minimum": 0}),
            "msaID": ("integer", {"minimum": 0}),
        },
    },
    "common/address": {
        "title": "Postal address",
        "extends": ("common/geo",),
        "fields": {
            "_id": "string",
            "primary": "boolean",
            "label": "string",
            "street1": "string",
            "street2": "string",
            "street3": "string",
            "street4": "string",
            "region": "string",
            "postOfficeBox": ("string", {"maxLength": 20}),
            "country": "string",
            "state": "string",
            "status": _CONTACT_STATUS,
            "statusReason": "string",
            "lastVerifiedDate": "date",
            "createdByBatchID": "string",
            "modifiedByBatchID": "string",
            "repositoryCreatedBy": "string",
            "repositoryLastModifiedBy": "string",
        },
    },
    "context/person-name": {
        "title": "Full name",
        "fields": {
            "firstName": "string",
            "lastName": "string",
            "middleName": "string",
            "courtesyTitle": "string",
            "suffix": "string",
            "fullName": "string",
        },
    },
    "context/person": {
        "title": "Person",
        "fields": {
            "name": "@context/person-name",
            "birthDate": "date",
            "birthDayAndMonth": ("string", {"pattern": "[0-1][0-9]-[0-9][0-9]"}),
            "birthYear": ("integer", {"minimum": 1, "maximum": 32767}),
            "gender": _enum("male", "female", "not_specified", "non_specific"),
            "maritalStatus": _enum("married", "single", "divorced", "widowed", "not_specified"),
            "nationality": ("string", {"pattern": "^[A-Z]{2}$"}),
            "taxId": "string",
        },
    },
    "context/emailaddress": {
        "title": "Email address",
        "fields": {
            "primary": "boolean",
            "address": "email",
            "label": "string",
            "type": _open_enum("unknown", "personal", "work", "education"),
            "status": _CONTACT_STATUS,
            "statusReason": "string",
        },
    },
    "context/phonenumber": {
        "title": "Phone number",
        "fields": {
            "primary": "boolean",
            "number": "string",
            "extension": "string",
            "countryCode": "string",
            "status": _CONTACT_STATUS,
            "statusReason": "string",
            "validity": _open_enum("consistent", "inconsistent", "incomplete", "successfullyUsed"),
        },
    },
    "context/identityitem": {
        "title": "Identity item",
        "fields": {
            "id": "string",
            "authenticatedState": _enum("ambiguous", "authenticated", "loggedOut"),
            "primary": "boolean",
            "xid": "string",
        },
    },
    "context/segmentmembershipitem": {
        "title": "Segment membership",
        "fields": {
            "segmentID": {"_id": "string", "namespace": {"code": "string"}},
            "lastQualificationTime": "date-time",
            "status": _enum("realized", "existing", "exited"),
            "version": "string",
            "validUntil": "date-time",
            "payload": "open",
        },
    },
    "data/measure": {
        "title": "Measure",
        "fields": {"id": "string", "value": "number"},
    },
    "data/currency": {
        "title": "Currency",
        "fields": {
            "amount": "number",
            "currencyCode": ("string", {"pattern": "^[A-Z]{3}$"}),
            "conversionDate": "date-time",
        },
    },
    "content/productlistitem": {
        "title": "Product list item",
        "fields": {
            "_id": "string",
            "product": "string",
            "name": "string",
            "SKU": "string",
            "quantity": _COUNT,
            "priceTotal": "number",
            "currencyCode": ("string", {"pattern": "^[A-Z]{3}$"}),
            "discountAmount": "number",
            "unitOfMeasureCode": "string",
            "productAddMethod": "string",
            "productImageUrl": "uri",
            "lineItemId": "string",
            "productCategories": [
                {"categoryID": "string", "categoryName": "string", "categoryPath": "string"}
            ],
            "selectedOptions": [{"attribute": "string", "value": "string"}],
        },
    },
    "context/order": {
        "title": "Order",
        "fields": {
            "purchaseID": "string",
            "purchaseOrderNumber": "string",
            "priceTotal": "number",
            "currencyCode": ("string", {"pattern": "^[A-Z]{3}$"}),
            "orderType": "string",
            "createdDate": "date-time",
            "lastUpdatedDate": "date-time",
            "cancelDate": "date-time",
            "discountAmount": "number",
            "taxAmount": "number",
            "payments": [
                {
                    "transactionID": "string",
                    "paymentAmount": "number",
                    "paymentType": "string",
                    "currencyCode": ("string", {"pattern": "^[A-Z]{3}$"}),
                }
            ],
        },
    },
    "context/commerce": {
        "title": "Commerce",
        "fields": {
            "order": "@context/order",
            "cart": {"cartID": "string", "cartSource": "string"},
            "shipping": {
                "address": "@common/address",
                "shippingMethod": "string",
                "shippingAmount": "number",
                "currencyCode": "string",
                "trackingNumber": "string",
                "shipDate": "date-time",
            },
            **dict.fromkeys(
                (
                    "checkouts",
                    "productListAdds",
                    "productListOpens",
                    "productListRemovals",
                    "productListReopens",
                    "productListViews",
                    "productViews",
                    "purchases",
                    "saveForLaters",
                    "inStorePurchase",
                    "instorePurchase",
                ),
                _MEASURE,
            ),
            "promotionID": "string",
        },
    },
    "context/environment": {
        "title": "Environment",
        "fields": {
            "type": _enum("browser", "application", "iot", "external", "widget"),
            "browserDetails": {
                "name": "string",
                "vendor": "string",
                "version": "string",
                "userAgent": "string",
                "acceptLanguage": "string",
                "cookiesEnabled": "boolean",
                "javaEnabled": "boolean",
                "javaScriptEnabled": "boolean",
                "javaScriptVersion": "string",
                "javaVersion": "string",
                "quicktimeVersion": "string",
                "thirdPartyCookiesEnabled": "boolean",
                "viewportHeight": _COUNT,
                "viewportWidth": _COUNT,
                "userAgentClientHints": "open",
            },
            "connectionType": _open_enum(
                "dialup", "isdn", "bisdn", "dsl", "cable", "wireless_wifi", "mobile", "unknown"
            ),
            "operatingSystem": "string",
            "operatingSystemVendor": "string",
            "operatingSystemVersion": "string",
            "colorDepth": _COUNT,
            "viewportHeight": _COUNT,
            "viewportWidth": _COUNT,
            "ISP": "string",
            "carrier": "string",
            "domain": "string",
            "ipV4": ("string", {"format": "ipv4"}),
            "ipV6": ("string", {"format": "ipv6"}),
            "language": "string",
        },
    },
    "context/device": {
        "title": "Device",
        "fields": {
            "type": _open_enum("mobile", "tablet", "desktop", "ereader", "gaming", "television", "other"),
            "manufacturer": "string",
            "model": "string",
            "modelNumber": "string",
            "typeIDService": "uri",
            "typeID": "string",
            "screenHeight": _COUNT,
            "screenWidth": _COUNT,
            "screenOrientation": _enum("portrait", "landscape"),
            "colorDepth": _COUNT,
        },
    },
    "context/placecontext": {
        "title": "Place context",
        "fields": {
            "localTime": "date-time",
            "localTimezoneOffset": "integer",
            "geo": "@common/geo",
            "ianaTimezone": "string",
        },
    },
    "context/webinfo": {
        "title": "Web information",
        "fields": {
            "webPageDetails": {
                "name": "string",
                "server": "string",
                "siteSection": "string",
                "URL": "string",
                "isErrorPage": "boolean",
                "isHomePage": "boolean",
                "pageViews": _MEASURE,
                "viewName": "string",
            },
            "webReferrer": {"URL": "string", "type": "string", "linkName": "string"},
            "webInteraction": {
                "linkClicks": _MEASURE,
                "name": "string",
                "region": "string",
                "type": _open_enum("other", "download", "exit"),
                "URL": "string",
            },
        },
    },
}
