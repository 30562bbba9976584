-- A Metabase model: New > SQL query, paste this statement, save it, turn it into a model.
SELECT role, metric, control_value, treatment_value, relative_lift_pct, lift_low_pct, lift_high_pct, p_adjusted,
	   verdict, sentence
FROM ab_bi.dialog_scorecard;

-- A question with a variable, which a model cannot have: {{alpha}} is of the type
-- Number, with the default 0.05.  Text is bound in the same way.
SELECT role, metric, control_value, treatment_value, relative_lift_pct, lift_low_pct, lift_high_pct, p_adjusted,
	   verdict, sentence
FROM ab_scorecard('ab_bi.dialog_rows', alpha => {{alpha}});
