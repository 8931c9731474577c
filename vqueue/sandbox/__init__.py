"""A telephone network on localhost that speaks Twilio's REST and executes TwiML; shares no code with the service."""
