package app

import "strings"

// What the SDK needs of each answer: without one of these it decodes nothing of it. All else is ignored.

// fields are members of one form.
func fields(f form, names string) map[string]form {
	all := map[string]form{}
	for name := range strings.FieldsSeq(names) {
		all[name] = f
	}
	return all
}

// joined are members of several forms.
func joined(groups ...map[string]form) form {
	all := map[string]form{}
	for _, group := range groups {
		for name, f := range group {
			all[name] = f
		}
	}
	return members(all)
}

var (
	addressLines = joined(fields(text, "line1 city state postalCode"))
	named        = joined(fields(text, "name"))
)

// Clinics and clinicians.
var (
	visitTypeAnswer = joined(fields(text, "visitTypeId name shortName"), fields(integer, "minAge maxAge"),
		fields(word("YEAR", "MONTH", "DAY"), "ageUnit"))

	departmentAnswer = joined(fields(text, "brandName displayName phone ehrSystemName urlName timezone departmentId clinicType instanceId"),
		fields(number, "longitude latitude"), fields(boolean, "isActive"), map[string]form{
			"address": addressLines, "smallImageUrl": address, "allowedVisitTypes": each(visitTypeAnswer),
			"openDays":  each(joined(fields(text, "day"), map[string]form{"openHours": joined(fields(text, "startTime endTime"))})),
			"providers": each(joined(fields(text, "providerId emrId nationalId firstName lastName"))),
		})

	scheduleAnswer = each(joined(fields(plainTime, "date"), map[string]form{"timeSlots": each(joined(
		fields(text, "id providerNationalId providerId departmentId departmentIdentifier slotType visitTypeId"),
		fields(minutes, "duration"), fields(plainTime, "slotDateTime")))}))

	clinicTimesAnswer = joined(fields(text, "departmentId timezone"), fields(plainTime, "startDate endDate"), fields(scheduleAnswer, "scheduleDays"))
	calendarAnswer    = joined(fields(text, "providerNationalId timezone"), fields(day, "startDate endDate"), fields(scheduleAnswer, "scheduleDays"))

	clinicianAnswer = joined(fields(text, "providerNationalId name"), map[string]form{
		"departments": each(joined(fields(text, "departmentId epicInstanceName name"), fields(maybe(addressLines), "address"))),
		"visitTypes":  each(joined(fields(text, "visitTypeId name"))),
	})
	lookaheadAnswer = joined(fields(integer, "maxLookaheadDays"))
)

// Care Options.
var (
	areaProvidersAnswer = joined(fields(each(joined(
		fields(text, "npi name departmentId departmentName ehrInstance timezone"), fields(each(text), "specialties"),
		fields(number, "distanceFrom"), fields(maybe(text), "gender"), fields(addressLines, "address"),
		fields(maybe(each(joined(fields(text, "visitTypeId visitTypeName"), fields(members(nil), "availability")))), "visitTypes"))), "results"))

	areaSlotsAnswer = joined(fields(text, "searchContext"), map[string]form{
		"slots": each(joined(fields(utcTime, "slotDateTime"), fields(text, "visitTypeName"), fields(each(joined(
			fields(text, "npi departmentEhrIdentifier visitTypeId"), fields(integer, "duration"))), "providerOptions"))),
		"providers": byName(joined(fields(text, "name"), fields(each(text), "specialties"))),
		"departments": byName(joined(fields(text, "departmentId departmentName ehrInstance clinicType timezone"),
			fields(number, "distanceFrom"), fields(addressLines, "address"))),
	})
)

// Patients, bookings, own visits.
var (
	recordAnswer  = joined(fields(text, "system"))
	patientAnswer = joined(fields(text, "id"), fields(each(recordAnswer), "identifiers"), fields(each(joined(
		fields(text, "email gender ssn"), fields(day, "birthdate"), fields(joined(fields(text, "family given")), "name"),
		fields(each(addressLines), "addresses"), fields(each(recordAnswer), "identifiers"))), "links"))
	foundAnswer = joined(fields(text, "patientGuid"))

	bookedAnswer         = joined(fields(text, "visitId"))
	bookedProviderAnswer = joined(fields(text, "visitId"), fields(boolean, "isVirtual"))

	ownVisitAnswer = joined(fields(text, "id type status departmentId ehrSystemName patientGuid"), fields(boolean, "isNewPatient isReadyForVisit"),
		fields(addressLines, "address"), fields(members(nil), "timestamps"), fields(joined(
			fields(text, "appointmentId slotId timezone"), fields(plainTime, "start end")), "appointment"))
	cancelReasonsAnswer = each(joined(fields(text, "clientText stringCode")))
	insurersAnswer      = joined(fields(maybe(each(joined(fields(text, "name payerId")))), "insuranceIssuers"))
)

// Settings and status.
var (
	validationAnswer = joined(fields(maybe(text), "emailValidationRegex"))

	impact    = word("critical", "maintenance", "none", "major", "minor")
	component = joined(fields(text, "name"),
		fields(word("resolved", "completed", "operational", "scheduled", "under_maintenance", "degraded_performance", "partial_outage", "major_outage", ""), "status"),
		fields(word("epic", "virtual", "retail", "provider_booking", "caregiver_portal", "tokbox", ""), "type"))
	incident = joined(fields(text, "name"), fields(impact, "impact"), fields(fractionTime, "updated_at"), fields(each(component), "components"),
		fields(word("investigating", "identified", "monitoring", "resolved", "scheduled", "in_progress", "verifying", "completed", ""), "status"))
	statusAnswer = joined(fields(text, "name description"), fields(impact, "indicator"), fields(fractionTime, "updated_at"),
		fields(each(incident), "incidents scheduled_maintenances"))

	visitSettingsAnswer = joined(fields(integer, "minimumWaitTimeForWaitOffline"), fields(text, "blisseyPostConsultUrl"), map[string]form{
		"cancelWithReason": joined(fields(byName(each(joined(fields(text, "label value")))), "reasons")),
		"featureFlags":     joined(fields(joined(fields(boolean, "video phone")), "enablePatientCancellationWithReason")),
	})
)

// Virtual visits.
var (
	practiceAnswer = joined(fields(text, "id displayName"), fields(word("virtual", "retail", "chat"), "careMode"),
		fields(boolean, "epicBookingEnabled"), map[string]form{
			"payment":         joined(fields(boolean, "insurance selfPay"), fields(text, "serviceKey")),
			"practiceRegions": each(regionAnswer),
		})
	regionAnswer = joined(fields(text, "id displayName regionCode busyMessage"), fields(boolean, "active busy"), fields(integer, "visitPrice"),
		fields(each(joined(fields(millis, "start end"))), "availability"),
		fields(each(joined(fields(text, "id epicDepartmentId ehrSystemName"))), "departments"))
	waitAnswer = joined(fields(millis, "estimateGeneratedAt"), fields(boolean, "available"), fields(text, "regionCode practiceId visitTypeName"),
		fields(each(text), "assignmentQualifiers specialties"))

	createdAnswer   = joined(fields(text, "visitId"))
	summaryAnswer   = joined(fields(text, "visitId practiceId userId status"), fields(joined(fields(joined(fields(boolean, "enabled")), "tytoCare")), "integrations"))
	sessionAnswer   = joined(fields(text, "token"))
	visitWaitAnswer = joined(fields(number, "estimatedWaitTimeSeconds"), fields(millis, "estimateGeneratedAt"))
)
