// Entry of every page: each module looks for the markup that it serves.
import { keepDrafts } from "./drafts.js";
import { followLiveRegions } from "./live.js";
import { serveForms } from "./forms.js";
import { serveKnowledge } from "./knowledge.js";
import { servePanel } from "./panel.js";
import { serveSuggestions } from "./suggest.js";

keepDrafts();
serveForms();
serveKnowledge();
servePanel();
serveSuggestions();
followLiveRegions();
