package acme

import "regexp"

// The bodies of slot events, patients and reports (docs/dexcare.md §7.6, §7.8, §7.10), and those that create visits
// without a slot: of guests (docs/dexcare.md §7.4) and of patients (docs/dexcare.md §7.5). The published documents of the
// two agree on the sense and differ in every limit.

var eventForm = object("npi departmentId visitTypeId slotDateTime ehrInstance",
	each("departmentId visitTypeId ehrInstance", filledText()),
	members{"npi": text(0), "slotDateTime": formatted("date-time"), "disableRefresh": flag()})

// birthForm is a date without a zone.
var birthForm = &form{kind: isText, pattern: regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)}

// demographicsForm is the body of finding or creating a patient. There is no schema: it wants what identifies one.
var demographicsForm = object("name birthdate gender", each("gender email ssn", text(0)), members{
	"name": object("family given", each("family given", text(0))), "birthdate": birthForm,
	"addresses":   list(object("", each("line1 city state postalCode", text(0)))),
	"identifiers": list(object("system", members{"system": text(0), "value": nullableText(0)})),
})

// reportForm is the body that starts a report.
var reportForm = object("type", each("startDate endDate", birthForm), members{"type": word("virtual retail provider_booking")})

var born = members{"gender": word("male female other unknown nonbinary"), "dateOfBirth": birthForm}

func addressForm(postalCode int) *form {
	return object("line1 city state postalCode", each("line1 line2 city", text(100)),
		members{"state": text(30), "postalCode": text(postalCode)})
}

// guestForm is the body of a queued guest visit.
var guestForm = object("patient billingInfo visitDetails", members{
	"actor": closedObject("firstName lastName phone gender dateOfBirth", born, each("firstName lastName middleName", text(60)),
		each("suffixName relationshipToPatient", text(80)), members{"phone": text(15), "email": text(320)}),
	"billingInfo": guestBilling,
	"patient": closedObject("firstName lastName email phone gender dateOfBirth address", born,
		each("firstName middleName lastName", text(60)), members{
			"suffixName": text(80), "email": text(320), "phone": text(15), "ssn": text(4), "address": addressForm(10),
		}),
	"visitDetails": closedObject("acceptedTerms brand declaration practiceId stateLicensure visitReason visitTypeName",
		visitDetails, guestDetails),
	"additionalDetails": list(closedObject("key value", each("key value", text(80)))),
})

// visitDetails are what both documents say about a visit.
var visitDetails = members{
	"acceptedTerms": flag(), "declaration": word("self other"), "practiceId": formatted("uuid"), "traveling": flag(),
	"urgency": number(0, 0), "visitReason": text(500), "visitTypeName": word("virtual phone"),
	"initialStatus": word("requested waitoffline"),
}

var guestDetails = members{
	"assessmentToolUsed": text(80), "attributionIds": text(256), "brand": text(80), "interpreterLanguage": text(50),
	"assignmentQualifiers": &form{kind: isList, items: word("adult pediatric"), most: 50},
	"stateLicensure":       text(2), "detectedLanguage": text(5),
	"scheduledDepartment": object("", members{"scheduledDepartmentId": text(80), "scheduledEhr": text(50)}),
}

const (
	selfInsured  = "paymentMethod declaration insuranceType insuranceProviderId insuranceMemberId"
	otherInsured = selfInsured + " firstName lastName gender dateOfBirth"
)

// insured are the members of both insurance forms.
func insured(declaration string, provider, member int) members {
	return members{
		"paymentMethod": word("insurance"), "declaration": word(declaration), "insuranceType": word("manual"),
		"insuranceProviderId": text(provider), "insuranceMemberId": text(member), "insuranceGroupNumber": nullableText(256),
	}
}

var guestBilling = oneOf(
	object(selfInsured, insured("self", 100, 20)),
	object(otherInsured, insured("other", 100, 20), born, each("firstName lastName", text(60))),
	closedObject("paymentMethod stripeToken", members{"paymentMethod": word("creditcard"), "stripeToken": text(30)}),
	closedObject("paymentMethod", members{"paymentMethod": word("external-self-pay")}),
	closedObject("paymentMethod couponCode", members{"paymentMethod": word("couponcode"), "couponCode": text(60)}),
)

// visitForm is the body of POST /api/9/visits.
var visitForm = object("patient billingInfo visitDetails", members{
	"actor": object("firstName lastName phone gender dateOfBirth", born, ehrIdentity,
		each("firstName lastName middleName nameSuffix phone relationshipToPatient email", text(0))),
	"billingInfo": visitBilling,
	"patient": oneOf(
		object(visitPerson+" patientGuid", visitPatient, members{"patientGuid": text(0)}),
		object(visitPerson+" ehrIdentifier ehrIdentifierType homeEhr", visitPatient, ehrIdentity),
	),
	"visitDetails": object("visitReason stateLicensure declaration acceptedTerms", visitDetails, patientDetails,
		each("assessmentToolUsed attributionIds brand detectedLanguage interpreterLanguage stateLicensure", text(0))),
	"additionalDetails": list(object("key value", each("key value", text(0)))),
})

const visitPerson = "firstName lastName gender dateOfBirth phone email address"

var ehrIdentity = each("ehrIdentifier ehrIdentifierType homeEhr", text(0))

var visitPatient = members{
	"firstName": text(0), "lastName": text(0), "gender": born["gender"], "dateOfBirth": birthForm, "phone": text(0),
	"email": text(320), "address": addressForm(0), "homeMarket": text(0),
}

var patientDetails = members{
	"appointmentId":        &form{kind: isText, format: "uuid", nullable: true},
	"appointmentTime":      &form{kind: isText, format: "date-time", nullable: true},
	"assignmentQualifiers": list(word("adult pediatric")),
	"documents": list(object("documentType face uri mimeType", each("uri mimeType", text(0)), members{
		"documentType": word("insurance_card photo_identification reason_for_visit"), "face": word("front back"),
	})),
	"origin": word("agent patient provider other"), "userType": word("member guest"),
	"preTriageTags": list(text(0)), "requiresRegistration": flag(),
	"scheduledDepartment": object("", each("scheduledDepartmentId scheduledEhr", text(0))),
}

// payor are the members that only patients' insurance forms have.
var payor = each("insurancePayorId insurancePayorName insuranceSubscriberId", nullableText(100))

var visitBilling = oneOf(
	object(otherInsured, insured("other", 0, 0), payor, born, each("firstName lastName", text(0))),
	object(selfInsured, insured("self", 0, 0), payor),
	object("paymentMethod stripeToken", members{"paymentMethod": word("creditcard"), "stripeToken": text(0)}),
	object("paymentMethod couponCode", members{"paymentMethod": word("couponcode"), "couponCode": text(0)}),
	object("paymentMethod", members{"paymentMethod": word("external-self-pay")}),
)
