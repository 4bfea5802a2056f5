"""Problems whose dynamics `sim` plays out or whose stability it decides; a module an idea.

``gram``: SGD near a minimum of a trained model, in the residuals' N dimensions.
"""
