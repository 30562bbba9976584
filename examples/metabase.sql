-- A Metabase model: New > SQL query, paste this, save it, turn it into a model.
-- {{experiment_alpha}} is a variable of the type Number with the default 0.05;
-- text arguments would be bound the same way.
SELECT role, metric, control_value, treatment_value, relative_lift_pct, lift_low_pct, lift_high_pct, p_adjusted,
	   verdict, sentence
FROM ab_scorecard('SELECT variant, completed, csat, turns FROM dialog', alpha => {{experiment_alpha}})
