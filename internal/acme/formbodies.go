package acme

import "regexp"

// The bodies of posted reads and of slot events (docs/dexcare.md §5.4, §6.2, §6.3, §7.6).

var patientForm = object("patientId patientIdType ehrInstance", members{
	"patientId": text(0), "patientIdType": text(0), "ehrInstance": text(0),
})

const patientKinds = "newPatient establishedPatient bothNewAndEstablishedPatient"

// areaMembers are what all Care Options bodies but the replay may have.
var areaMembers = members{
	"clinicTypes": list(text(0)), "departmentIds": list(text(0)), "ehrInstances": list(text(0)),
	"gender": text(0), "specialty": text(0), "patient": patientForm, "radius": integer(1, maxRadius),
}

var pointMembers = members{"latitude": number(-90, 90), "longitude": number(-180, 180)}

var zipMembers = members{"postalCode": text(0)}

// slotsBody is the body of a search for slots: exactly one way of saying where, or a search context.
var slotsBody = func() *form {
	m := areaMembers.and(members{
		"clinicianNPIs": list(text(0)), "startDate": text(0), "endDate": text(0),
		"newOrEstablishedPatient": word(patientKinds), "visitTypeNames": listOfAtLeastOne(text(0)),
	})
	return &form{oneOf: []*form{
		object("latitude longitude visitTypeNames", m.and(pointMembers)),
		object("departmentIds visitTypeNames", m.and(pointMembers).and(zipMembers)),
		object("postalCode visitTypeNames", m.and(zipMembers)),
		object("searchContext", members{"searchContext": text(0)}),
	}}
}()

// providersBody is the body of a search for clinicians.
var providersBody = func() *form {
	m := areaMembers.and(members{
		"sortBy": word("nextAvailable mostAvailable"), "visitTypeNames": list(text(0)),
	})
	return &form{oneOf: []*form{
		object("latitude longitude", m.and(pointMembers)),
		object("departmentIds", m.and(pointMembers).and(zipMembers)),
		object("postalCode", m.and(zipMembers)),
	}}
}()

var searchForm = closedObject("criteriaItems", members{
	"startDate": text(0), "endDate": text(0), "visitTypeNames": list(text(0)),
	"criteriaItems": listOfAtLeastOne(closedObject("npi", members{
		"npi": text(0), "ehrInstance": text(0), "departmentId": text(0),
	})),
})

var eventForm = func() *form {
	filled := &form{kind: isText, least: 1}
	return object("npi departmentId visitTypeId slotDateTime ehrInstance", members{
		"npi": text(0), "departmentId": filled, "visitTypeId": filled, "ehrInstance": filled,
		"slotDateTime": formatted("date-time"), "disableRefresh": flag(),
	})
}()

// birthForm is a date without a zone.
var birthForm = &form{kind: isText, pattern: regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)}

const genderWords = "male female other unknown nonbinary"

func addressForm(postalCode int) *form {
	return object("line1 city state postalCode", members{
		"line1": text(100), "line2": text(100), "city": text(100), "state": text(30), "postalCode": text(postalCode),
	})
}

// demographicsForm is the body of finding or creating a patient. There is no schema: it wants what identifies one.
var demographicsForm = object("name birthdate gender", members{
	"name": object("family given", members{"family": text(0), "given": text(0)}), "birthdate": birthForm,
	"gender": text(0), "email": text(0), "ssn": text(0),
	"addresses":   list(object("", members{"line1": text(0), "city": text(0), "state": text(0), "postalCode": text(0)})),
	"identifiers": list(object("system", members{"system": text(0), "value": nullableText(0)})),
})

// reportForm is the body that starts a report (docs/dexcare.md §7.10).
var reportForm = object("type", members{
	"type": word("virtual retail provider_booking"), "startDate": birthForm, "endDate": birthForm,
})
