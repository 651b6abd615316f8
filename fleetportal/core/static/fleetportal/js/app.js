// Staff pages load this one module. Everything here makes a page that works without it quicker to the hand.
import "./answers.js";
import "./card.js";
import "./drafts.js";
import "./keys.js";
import "./lists.js";
import "./menus.js";
import "./panels.js";
import "./theme.js";
import "./toasts.js";
