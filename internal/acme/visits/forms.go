package visits

import (
	"regexp"

	"timeslots/internal/acme/form"
)

// The bodies that create visits without a slot: of guests (docs/dexcare.md §7.4) and of patients (docs/dexcare.md §7.5). The
// published documents of the two agree on the sense and differ in every limit.

// birthForm is a date without a zone.
var birthForm = &form.Form{Kind: form.IsText, Pattern: regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)}

var born = form.Members{"gender": form.Word("male female other unknown nonbinary"), "dateOfBirth": birthForm}

func addressForm(postalCode int) *form.Form {
	return form.Object("line1 city state postalCode", form.Each("line1 line2 city", form.Text(100)),
		form.Members{"state": form.Text(30), "postalCode": form.Text(postalCode)})
}

// guestForm is the body of a queued guest visit.
var guestForm = form.Object("patient billingInfo visitDetails", form.Members{
	"actor": form.ClosedObject("firstName lastName phone gender dateOfBirth", born, form.Each("firstName lastName middleName", form.Text(60)),
		form.Each("suffixName relationshipToPatient", form.Text(80)), form.Members{"phone": form.Text(15), "email": form.Text(320)}),
	"billingInfo": guestBilling,
	"patient": form.ClosedObject("firstName lastName email phone gender dateOfBirth address", born,
		form.Each("firstName middleName lastName", form.Text(60)), form.Members{
			"suffixName": form.Text(80), "email": form.Text(320), "phone": form.Text(15), "ssn": form.Text(4), "address": addressForm(10),
		}),
	"visitDetails": form.ClosedObject("acceptedTerms brand declaration practiceId stateLicensure visitReason visitTypeName",
		visitDetails, guestDetails),
	"additionalDetails": form.List(form.ClosedObject("key value", form.Each("key value", form.Text(80)))),
})

// visitDetails are what both documents say about a visit.
var visitDetails = form.Members{
	"acceptedTerms": form.Flag(), "declaration": form.Word("self other"), "practiceId": form.Formatted("uuid"), "traveling": form.Flag(),
	"urgency": form.Number(0, 0), "visitReason": form.Text(500), "visitTypeName": form.Word("virtual phone"),
	"initialStatus": form.Word("requested waitoffline"),
}

var guestDetails = form.Members{
	"assessmentToolUsed": form.Text(80), "attributionIds": form.Text(256), "brand": form.Text(80), "interpreterLanguage": form.Text(50),
	"assignmentQualifiers": &form.Form{Kind: form.IsList, Items: form.Word("adult pediatric"), Most: 50},
	"stateLicensure":       form.Text(2), "detectedLanguage": form.Text(5),
	"scheduledDepartment": form.Object("", form.Members{"scheduledDepartmentId": form.Text(80), "scheduledEhr": form.Text(50)}),
}

const (
	selfInsured  = "paymentMethod declaration insuranceType insuranceProviderId insuranceMemberId"
	otherInsured = selfInsured + " firstName lastName gender dateOfBirth"
)

// insured are the members of both insurance forms.
func insured(declaration string, provider, member int) form.Members {
	return form.Members{
		"paymentMethod": form.Word("insurance"), "declaration": form.Word(declaration), "insuranceType": form.Word("manual"),
		"insuranceProviderId": form.Text(provider), "insuranceMemberId": form.Text(member), "insuranceGroupNumber": form.NullableText(256),
	}
}

var guestBilling = form.OneOf(
	form.Object(selfInsured, insured("self", 100, 20)),
	form.Object(otherInsured, insured("other", 100, 20), born, form.Each("firstName lastName", form.Text(60))),
	form.ClosedObject("paymentMethod stripeToken", form.Members{"paymentMethod": form.Word("creditcard"), "stripeToken": form.Text(30)}),
	form.ClosedObject("paymentMethod", form.Members{"paymentMethod": form.Word("external-self-pay")}),
	form.ClosedObject("paymentMethod couponCode", form.Members{"paymentMethod": form.Word("couponcode"), "couponCode": form.Text(60)}),
)

// visitForm is the body of POST /api/9/visits.
var visitForm = form.Object("patient billingInfo visitDetails", form.Members{
	"actor": form.Object("firstName lastName phone gender dateOfBirth", born, ehrIdentity,
		form.Each("firstName lastName middleName nameSuffix phone relationshipToPatient email", form.Text(0))),
	"billingInfo": visitBilling,
	"patient": form.OneOf(
		form.Object(visitPerson+" patientGuid", visitPatient, form.Members{"patientGuid": form.Text(0)}),
		form.Object(visitPerson+" ehrIdentifier ehrIdentifierType homeEhr", visitPatient, ehrIdentity),
	),
	"visitDetails": form.Object("visitReason stateLicensure declaration acceptedTerms", visitDetails, patientDetails,
		form.Each("assessmentToolUsed attributionIds brand detectedLanguage interpreterLanguage stateLicensure", form.Text(0))),
	"additionalDetails": form.List(form.Object("key value", form.Each("key value", form.Text(0)))),
})

const visitPerson = "firstName lastName gender dateOfBirth phone email address"

var ehrIdentity = form.Each("ehrIdentifier ehrIdentifierType homeEhr", form.Text(0))

var visitPatient = form.Members{
	"firstName": form.Text(0), "lastName": form.Text(0), "gender": born["gender"], "dateOfBirth": birthForm, "phone": form.Text(0),
	"email": form.Text(320), "address": addressForm(0), "homeMarket": form.Text(0),
}

var patientDetails = form.Members{
	"appointmentId":        &form.Form{Kind: form.IsText, Format: "uuid", Nullable: true},
	"appointmentTime":      &form.Form{Kind: form.IsText, Format: "date-time", Nullable: true},
	"assignmentQualifiers": form.List(form.Word("adult pediatric")),
	"documents": form.List(form.Object("documentType face uri mimeType", form.Each("uri mimeType", form.Text(0)), form.Members{
		"documentType": form.Word("insurance_card photo_identification reason_for_visit"), "face": form.Word("front back"),
	})),
	"origin": form.Word("agent patient provider other"), "userType": form.Word("member guest"),
	"preTriageTags": form.List(form.Text(0)), "requiresRegistration": form.Flag(),
	"scheduledDepartment": form.Object("", form.Each("scheduledDepartmentId scheduledEhr", form.Text(0))),
}

// payor are the members that only patients' insurance forms have.
var payor = form.Each("insurancePayorId insurancePayorName insuranceSubscriberId", form.NullableText(100))

var visitBilling = form.OneOf(
	form.Object(otherInsured, insured("other", 0, 0), payor, born, form.Each("firstName lastName", form.Text(0))),
	form.Object(selfInsured, insured("self", 0, 0), payor),
	form.Object("paymentMethod stripeToken", form.Members{"paymentMethod": form.Word("creditcard"), "stripeToken": form.Text(0)}),
	form.Object("paymentMethod couponCode", form.Members{"paymentMethod": form.Word("couponcode"), "couponCode": form.Text(0)}),
	form.Object("paymentMethod", form.Members{"paymentMethod": form.Word("external-self-pay")}),
)
