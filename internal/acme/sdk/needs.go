package sdk

// What a call's answer is when it is no JSON with fields that are needed.
const (
	Ignored = "ignored" // the SDK does not look at the body, which may be empty
	Text    = "text"    // the body itself is a text, in UTF-8
)

// Needs are the fields that DexCare's SDK cannot do without (docs/dexcare.md §13), by the number that test/app's requests
// have for the call. A field is a path and a kind:
//
//	slots[].providerOptions[].duration:int   a list of objects, each with a list, each with a number
//	departments{}.timezone:text              an object whose members have names of their own
//	address?.city,state:text                 two members of an object that may be absent or null
//
// The kinds are those of [Check].
var Needs = map[string]string{
	// Care Direct.
	"1":  department("[]."),
	"2":  department(""),
	"2b": department(""),
	"3":  `departmentId,timezone:text startDate,endDate:plain ` + scheduleDays,
	"4":  `visitId:text`,

	// Provider Direct.
	"5": `providerNationalId,name:text departments[].departmentId,epicInstanceName,name:text ` + postal("departments[].address?") +
		`visitTypes[].visitTypeId,name:text`,
	"6": `providerNationalId,timezone:text startDate,endDate:day ` + scheduleDays,
	"7": `maxLookaheadDays:int`,
	"8": `visitId:text isVirtual:flag`,

	// A patient's own visits at a clinic.
	"9": `[].id,type,status,departmentId,ehrSystemName,patientGuid:text ` + postal("[].address") +
		`[].appointment.appointmentId,slotId,timezone:text [].appointment.start,end:plain
		[].isNewPatient,isReadyForVisit:flag [].timestamps:object`,
	"10": `[].clientText,stringCode:text`,
	"11": Ignored,

	// Care Options.
	"12": `results[].npi,name,departmentId,departmentName,ehrInstance,timezone:text results[].specialties[]:text
		results[].gender?:text results[].distanceFrom:number ` + postal("results[].address") +
		`results[].visitTypes?[].visitTypeId,visitTypeName:text results[].visitTypes?[].availability:object`,
	"13": `slots[].slotDateTime:zulu slots[].visitTypeName:text slots[].providerOptions[].npi,departmentEhrIdentifier,visitTypeId:text
		slots[].providerOptions[].duration:int providers{}.name:text providers{}.specialties[]:text
		departments{}.departmentId,departmentName,ehrInstance,clinicType,timezone:text departments{}.distanceFrom:number ` +
		postal("departments{}.address") + `searchContext:text`,

	// Patients.
	"14": patient,
	"15": patient,
	"16": `patientGuid:text`,
	"17": `patientGuid:text`,
	"18": Text,
	"19": `[]:text`,

	// Payment, settings and status.
	"20": `insuranceIssuers?[].name,payerId:text`,
	"21": `status:active|inactive discountAmount:int`,
	"22": `emailValidationRegex?:text`,
	"23": `name,description:text indicator:` + indicator + ` updated_at:offset ` + incident("incidents[].") + incident("scheduled_maintenances[]."),
	"32": `minimumWaitTimeForWaitOffline:int cancelWithReason.reasons{}[].label,value:text blisseyPostConsultUrl:text
		featureFlags.enablePatientCancellationWithReason.video,phone:flag`,
	"43": Ignored,

	// The virtual directory.
	"24": `id,displayName:text careMode:virtual|retail|chat payment.insurance,selfPay:flag payment.serviceKey:text epicBookingEnabled:flag
		practiceRegions[].id,displayName,regionCode,busyMessage:text practiceRegions[].active,busy:flag practiceRegions[].visitPrice:int
		practiceRegions[].availability[].start,end:millis practiceRegions[].departments[].id,epicDepartmentId,ehrSystemName:text`,
	"25": waits,
	"26": waits,
	"27": `[].name:text`,
	"28": `[].name:text`,

	// A virtual visit.
	"29": `visitId:text`,
	"30": `visitId,practiceId,userId,status:text integrations.tytoCare.enabled:flag
		tokBoxVisit.waitingRoomSession.sessionId:text tokBoxVisit.videoConferenceSession.sessionId:text`,
	"31": `token:text`,
	"33": `estimatedWaitTimeSeconds:number estimateGeneratedAt:millis`,
	"34": Ignored, "35": Ignored, "36": Ignored, "37": Ignored, "38": Ignored, "39": Ignored,
	"40": Text,
	"41": Ignored, "42": Ignored,
}

// department is one of the directory, below the path.
func department(at string) string {
	return at + `brandName,displayName,phone,ehrSystemName,urlName,timezone,departmentId,clinicType,instanceId:text ` + postal(at+"address") +
		at + `smallImageUrl:url ` + at + `longitude,latitude:number ` + at + `isActive:flag ` +
		at + `allowedVisitTypes[].visitTypeId,name,shortName:text ` + at + `allowedVisitTypes[].minAge,maxAge:int ` +
		at + `allowedVisitTypes[].ageUnit:YEAR|MONTH|DAY ` + at + `openDays[].day:text ` +
		at + `openDays[].openHours.startTime,endTime:text ` + at + `providers[].providerId,emrId,nationalId,firstName,lastName:text `
}

func postal(at string) string { return at + `.line1,city,state,postalCode:text ` }

const scheduleDays = `scheduleDays[].date:plain scheduleDays[].timeSlots[].slotDateTime:plain scheduleDays[].timeSlots[].duration:digits
	scheduleDays[].timeSlots[].id,providerNationalId,providerId,departmentId,departmentIdentifier,slotType,visitTypeId:text`

var patient = `id:text identifiers[].system:text links[].name.family,given:text ` + postal("links[].addresses[]") +
	`links[].birthdate:day links[].email,gender,ssn:text links[].identifiers[].system:text`

const waits = `[].estimateGeneratedAt:millis [].available:flag [].regionCode,practiceId,visitTypeName:text
	[].assignmentQualifiers[]:text [].specialties[]:text`

const indicator = `critical|maintenance|none|major|minor`

// incident is a trouble of the status page, or a maintenance, below the path. Some words may be empty.
func incident(at string) string {
	return at + `name:text ` + at + `impact:` + indicator + ` ` + at + `updated_at:offset ` +
		at + `status:investigating|identified|monitoring|resolved|scheduled|in_progress|verifying|completed| ` + at + `components[].name:text ` +
		at + `components[].status:resolved|completed|operational|scheduled|under_maintenance|degraded_performance|partial_outage|major_outage| ` +
		at + `components[].type:epic|virtual|retail|provider_booking|caregiver_portal|tokbox| `
}
