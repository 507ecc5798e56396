package acme

// The bodies that create visits without a slot: of guests (docs/dexcare.md §7.4) and of patients (docs/dexcare.md §7.5). The two documents
// agree on the sense and differ in every limit.

// guestForm is the body of a queued guest visit.
var guestForm = object("patient billingInfo visitDetails", members{
	"actor": closedObject("firstName lastName phone gender dateOfBirth", members{
		"firstName": text(60), "lastName": text(60), "middleName": text(60), "suffixName": text(80), "phone": text(15),
		"relationshipToPatient": text(80), "gender": word(genderWords), "dateOfBirth": birthForm, "email": text(320),
	}),
	"billingInfo": guestBilling,
	"patient": closedObject("firstName lastName email phone gender dateOfBirth address", members{
		"firstName": text(60), "middleName": text(60), "lastName": text(60), "suffixName": text(80), "email": text(320),
		"phone": text(15), "ssn": text(4), "gender": word(genderWords), "dateOfBirth": birthForm, "address": addressForm(10),
	}),
	"visitDetails": closedObject("acceptedTerms brand declaration practiceId stateLicensure visitReason visitTypeName",
		guestDetails),
	"additionalDetails": list(closedObject("key value", members{"key": text(80), "value": text(80)})),
})

var guestDetails = members{
	"acceptedTerms": flag(), "assessmentToolUsed": text(80), "attributionIds": text(256), "brand": text(80),
	"assignmentQualifiers": &form{kind: isList, items: word("adult pediatric"), most: 50},
	"declaration":          word("self other"), "interpreterLanguage": text(50), "practiceId": formatted("uuid"),
	"stateLicensure": text(2), "traveling": flag(), "urgency": number(0, 0), "visitReason": text(500),
	"scheduledDepartment": object("", members{"scheduledDepartmentId": text(80), "scheduledEhr": text(50)}),
	"visitTypeName":       word("virtual phone"), "initialStatus": word("requested waitoffline"), "detectedLanguage": text(5),
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

func insuredPerson(name int) members {
	return members{
		"firstName": text(name), "lastName": text(name), "gender": word(genderWords), "dateOfBirth": birthForm,
	}
}

var guestBilling = &form{oneOf: []*form{
	object(selfInsured, insured("self", 100, 20)),
	object(otherInsured, insured("other", 100, 20).and(insuredPerson(60))),
	closedObject("paymentMethod stripeToken", members{"paymentMethod": word("creditcard"), "stripeToken": text(30)}),
	closedObject("paymentMethod", members{"paymentMethod": word("external-self-pay")}),
	closedObject("paymentMethod couponCode", members{"paymentMethod": word("couponcode"), "couponCode": text(60)}),
}}

// visitForm is the body of POST /api/9/visits.
var visitForm = object("patient billingInfo visitDetails", members{
	"actor": object("firstName lastName phone gender dateOfBirth", members{
		"firstName": text(0), "lastName": text(0), "middleName": text(0), "nameSuffix": text(0), "phone": text(0),
		"relationshipToPatient": text(0), "gender": word(genderWords), "dateOfBirth": birthForm, "email": text(0),
		"ehrIdentifier": text(0), "ehrIdentifierType": text(0), "homeEhr": text(0),
	}),
	"billingInfo": visitBilling,
	"patient": {oneOf: []*form{
		object(visitPerson+" patientGuid", visitPatient.and(members{"patientGuid": text(0)})),
		object(visitPerson+" ehrIdentifier ehrIdentifierType homeEhr", visitPatient.and(members{
			"ehrIdentifier": text(0), "ehrIdentifierType": text(0), "homeEhr": text(0),
		})),
	}},
	"visitDetails":      object("visitReason stateLicensure declaration acceptedTerms", visitDetails),
	"additionalDetails": list(object("key value", members{"key": text(0), "value": text(0)})),
})

const visitPerson = "firstName lastName gender dateOfBirth phone email address"

var visitPatient = members{
	"firstName": text(0), "lastName": text(0), "gender": word(genderWords), "dateOfBirth": birthForm, "phone": text(0),
	"email": text(320), "address": addressForm(0), "homeMarket": text(0),
}

var visitDetails = members{
	"acceptedTerms": flag(), "appointmentId": &form{kind: isText, format: "uuid", nullable: true},
	"appointmentTime":    &form{kind: isText, format: "date-time", nullable: true},
	"assessmentToolUsed": text(0), "assignmentQualifiers": list(word("adult pediatric")), "attributionIds": text(0),
	"brand": text(0), "declaration": word("self other"), "detectedLanguage": text(0), "interpreterLanguage": text(0),
	"documents": list(object("documentType face uri mimeType", members{
		"documentType": word("insurance_card photo_identification reason_for_visit"), "face": word("front back"),
		"uri": text(0), "mimeType": text(0),
	})),
	"initialStatus": word("requested waitoffline"), "origin": word("agent patient provider other"),
	"practiceId": formatted("uuid"), "preTriageTags": list(text(0)), "requiresRegistration": flag(),
	"scheduledDepartment": object("", members{"scheduledDepartmentId": text(0), "scheduledEhr": text(0)}),
	"stateLicensure":      text(0), "traveling": flag(), "urgency": number(0, 0), "userType": word("member guest"),
	"visitReason": text(500), "visitTypeName": word("virtual phone"),
}

// payor are the members that only patients' insurance forms have.
var payor = members{
	"insurancePayorId": nullableText(100), "insurancePayorName": nullableText(100), "insuranceSubscriberId": nullableText(100),
}

var visitBilling = &form{oneOf: []*form{
	object(otherInsured, insured("other", 0, 0).and(payor).and(insuredPerson(0))),
	object(selfInsured, insured("self", 0, 0).and(payor)),
	object("paymentMethod stripeToken", members{"paymentMethod": word("creditcard"), "stripeToken": text(0)}),
	object("paymentMethod couponCode", members{"paymentMethod": word("couponcode"), "couponCode": text(0)}),
	object("paymentMethod", members{"paymentMethod": word("external-self-pay")}),
}}
